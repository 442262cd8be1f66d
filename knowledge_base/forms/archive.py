"""An uploaded file, looked at before anything in it is read: what it is, and that it is neither a bomb nor armed."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from knowledge_base.forms.errors import FormError

LARGEST_FILE = 5 * 2**20  # bytes, as uploaded
LARGEST_WHOLE = 200 * 2**20  # bytes, unpacked, of all parts together; what is read of them is far less
LARGEST_RATIO = 300  # unpacked to packed, of parts above a megabyte; a sheet has 5 to 50
MOST_PARTS = 500
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_ARMED = (
    ("vbaproject", "宏"), ("macrosheets/", "宏表"), ("externallinks/", "指向其他文件的链接"),
    ("embeddings/", "嵌入的文件"), ("activex/", "控件"), ("connections.xml", "外部数据连接"),
    ("querytables/", "外部数据查询"),
)  # fmt: skip
_AGAIN = "请用本系统下载的空白表，在 Excel 或 WPS 中填写并保存为 .xlsx。"


@contextmanager
def opened(content: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    """The file as a zip whose directory was found harmless; FormError says in words what else it is."""
    _refuse_other_kinds(content, name)
    try:
        file = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError, OSError, struct.error):
        raise FormError("文件已损坏或没有传完，无法打开。请重新保存后再上传。") from None
    with file:
        _refuse_harm(file.infolist())
        yield file


@contextmanager
def part(file: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """One part to be read from its beginning."""
    try:
        with file.open(name) as opened_part:
            yield opened_part
    except KeyError:
        raise FormError(f"文件不完整（缺少 {name[:60]}），请重新保存后再上传。") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error) as fault:
        raise FormError("文件已损坏，无法解压。请重新保存后再上传。") from fault


def _refuse_other_kinds(content: bytes, name: str) -> None:
    ending = name.lower().rpartition(".")[2]
    if not content:
        raise FormError("文件是空的（0 字节）。请确认已保存并关闭表格后再上传。")
    if len(content) > LARGEST_FILE:
        raise FormError(f"文件超过 {LARGEST_FILE // 2**20} MB。请删去图片和多余的工作表，或分几次上传。")
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise FormError("文件设置了打开密码。请取消密码（文件—信息—保护工作簿）后再上传。")
        raise FormError("这是旧格式（.xls）的文件。请在 Excel 或 WPS 中另存为 .xlsx 后再上传。")
    if ending in ("xlsm", "xltm", "xlam"):
        raise FormError("文件带有宏（.xlsm）。请另存为不带宏的 .xlsx 后再上传。")
    if not content.startswith(_ZIP):
        raise FormError("这不是 Excel 文件（可能是改了扩展名的 CSV、网页或 PDF）。" + _AGAIN)


def _refuse_harm(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise FormError(f"文件里的部件太多（{len(parts)} 个）。" + _AGAIN)
    if any(p.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for p in parts):
        raise FormError("文件的压缩方式不是 Excel 所用的。" + _AGAIN)
    if any(p.flag_bits & 0x1 for p in parts):
        raise FormError("文件设置了密码。请取消密码后再上传。")
    if sum(p.file_size for p in parts) > LARGEST_WHOLE or any(_swells(p) for p in parts):
        raise FormError("文件展开后大得异常，已拒绝打开。请把内容复制到新下载的空白表中再上传。")
    names = {p.filename.lower() for p in parts}
    for sign, what in _ARMED:
        if any(sign in name for name in names):
            raise FormError(f"文件含有{what}，出于安全不予读取。请另存为普通的 .xlsx 并去掉它后再上传。")
    if "xl/workbook.bin" in names:
        raise FormError("这是二进制格式（.xlsb）的文件。请另存为 .xlsx 后再上传。")
    if "[content_types].xml" not in names:
        kind = "WPS 或 LibreOffice 的 .ods 文件" if "mimetype" in names else "压缩包，而不是 Excel 文件"
        raise FormError(f"这是{kind}。" + _AGAIN)


def _swells(part: zipfile.ZipInfo) -> bool:
    return part.file_size > 2**20 and part.file_size > LARGEST_RATIO * max(1, part.compress_size)
