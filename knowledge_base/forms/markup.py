"""XML read as it comes, in bounded memory: no declarations, so no entities of any kind, and an end to its length."""

from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from knowledge_base.forms.errors import FormError

CHUNK = 64 * 2**10
Attributes = dict[str, str]


class Enough(Exception):
    """Raised by a handler to stop reading."""


def local(name: str) -> str:
    """A name without its namespace."""
    return name[name.rfind(" ") + 1 :]


def walk(source: IO[bytes], *, start: Callable[[str, Attributes], None], end: Callable[[str], None],
         text: Callable[[str], None], longest: int, passed: Callable[[int], None] = lambda _: None) -> None:
    """Call the handlers for every element and text, names without namespace; `passed` hears how many bytes are done.

    A document type declaration is refused before anything in it takes effect: that is where entities that swell
    or that fetch files and addresses would stand."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    parser.EndElementHandler = lambda name: end(local(name))
    parser.CharacterDataHandler = text
    done = 0
    try:
        while chunk := source.read(CHUNK):
            done += len(chunk)
            if done > longest:
                raise FormError("表格展开后太大。请把内容复制到新下载的空白表中再上传。")
            parser.Parse(chunk, False)
            passed(done)
        parser.Parse(b"", True)
    except Enough:
        return
    except (expat.ExpatError, ValueError, UnicodeError) as fault:
        raise FormError("表格内容已损坏，无法读取。请重新保存后再上传。") from fault


def _refuse(*_: object) -> None:
    raise FormError("文件里有不允许的 XML 声明，出于安全不予读取。请另存为普通的 .xlsx 后再上传。")
