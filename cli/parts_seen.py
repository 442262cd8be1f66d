"""The state of the machine's parts for the page of the system administrator."""

from collections.abc import Callable, Sequence

from cli.doctor import Finding, examine
from hotline.settings import Settings

NAMES = {
    "disk": "磁盘", "reserve": "录音预留空间",
    "database": "数据库", "broker": "消息服务", "exchange": "交换机", "FastAGI": "语音脚本",
    "listener": "交换机监听", "worker": "后台任务", "voice": "语音合成", "prompts": "提示音",
    "speech model": "语音模型",
    "hear": "语音识别", "hearing": "识别模型",
}  # fmt: skip


def parts_of(settings: Settings) -> Callable[[], Sequence[tuple[str, bool, str]]]:
    """What the doctor finds, each time it is asked; what to do is said where something is wrong."""
    return lambda: [_told(finding) for finding in examine(settings)]


def _told(finding: Finding) -> tuple[str, bool, str]:
    words = finding.seen if finding.well else f"{finding.seen} → {finding.do}"
    return NAMES.get(finding.what, finding.what), finding.well, words
