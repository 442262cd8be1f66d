"""The Celery application: thin tasks. Rows are the queue; beat only wakes those who look for them."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from celery import Celery
from celery.signals import setup_logging, worker_shutdown
from sqlalchemy.orm import Session

from dispatch.answering.speech import Speaker
from dispatch.callbacks.place_keeper import PlaceKeeper
from dispatch.callbacks.ringing_out import Ringing
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import sent_answers
from dispatch.sweeps import sweeper
from dispatch.sweeps.duty import Duty
from dispatch.tickets import caller_told
from hotline.database import database
from hotline.events import Bus
from hotline.settings import Settings, settings
from hotline.telling.aside import Aside
from hotline.telling.outbox import Channel, Delivery
from hotline.telling.teller import Teller, carriers_of
from hotline.times import local_day, now
from knowledge_base.search.meaning import engine
from knowledge_base.search.understanding import Understanding

SWEEP_SECONDS = 2.0
UNDERSTAND_SECONDS = 2.0
CONFIGURED = {
    "task_acks_late": True, "task_reject_on_worker_lost": True, "task_ignore_result": True,
    "worker_prefetch_multiplier": 1, "task_default_queue": "sweep", "task_create_missing_queues": True,
    "broker_connection_retry_on_startup": True, "worker_hijack_root_logger": False,
    "broker_transport_options": {"socket_connect_timeout": 2, "visibility_timeout": 600},
    "beat_scheduler": "dispatch.sweeps.beat:Beat",
}  # fmt: skip


def make_app() -> Celery:
    """The application, on the settings of this process."""
    app = Celery("hotline", broker=_broker(settings().redis_address))
    app.conf.update(CONFIGURED, beat_schedule={beat[0].__name__: _each(*beat) for beat in BEATS})
    for deed, _, _ in BEATS:
        app.task(name=deed.__name__)(deed)
    worker_shutdown.connect(finish_telling, weak=False)
    setup_logging.connect(leave_the_log, weak=False)
    return app


def sweep() -> None:
    """Do what is owed."""
    sweeper.sweep(_duty())
    _place_keeper().work()


def tell() -> None:
    """Have what is owed to people brought out, beside the sweeps: who waits for a mail server keeps nobody waiting."""
    _telling().wake()


def needless(session: Session, delivery: Delivery, *, settings: Settings, at: datetime) -> bool:
    """Whether nobody is to get a message that is about to go out: whoever knows of a reason is asked."""
    return (sent_answers.needless(session, delivery, settings=settings, at=at)
            or caller_told.secret(session, delivery))  # fmt: skip


def finish_telling(**_said: object) -> None:
    """Before the process ends, let the message that is being brought out arrive: cut off, it would be in doubt."""
    if _telling.cache_info().currsize:
        _telling().end(seconds=settings().telling_timeout_seconds + 2)


def leave_the_log(**_said: object) -> None:
    """It is set up already: Celery, where nobody listens for this, would keep all that isn't a warning out of it."""


def speak() -> None:
    """Render what is owed a voice."""
    _speaker().speak_owed()


def understand() -> None:
    """Make the vectors that new and changed questions are owed; without the model, search goes on by letters."""
    understanding = _understanding()
    if understanding is not None:
        understanding.work(on=local_day(now()), seconds=UNDERSTAND_SECONDS)


BEATS: tuple[tuple[Callable[[], None], float, str], ...] = (
    (sweep, SWEEP_SECONDS, "sweep"), (tell, 3.0, "sweep"), (speak, 1.0, "voice"),
    (understand, UNDERSTAND_SECONDS, "voice"),
)  # fmt: skip
"""What is woken, after how many seconds, and in which queue."""


def _each(deed: Callable[[], None], seconds: float, queue: str) -> dict[str, object]:
    """A wake-up that nobody took in time is worth nothing: the next one looks at the same rows."""
    return {"task": deed.__name__, "schedule": seconds, "options": {"queue": queue, "expires": seconds * 2}}


@cache
def _duty() -> Duty:
    telephone = Telephone(settings())
    return Duty(settings(), database(), Bus(settings().redis_address), telephone.dial, telephone.living,
                telephone.lines)  # fmt: skip


@cache
def _place_keeper() -> PlaceKeeper:
    telephone = Telephone(settings())
    return PlaceKeeper(settings(), database(), telephone.queues, telephone.lines, telephone.ring_for_place)


@cache
def _telling() -> Aside:
    ways = carriers_of(settings())
    if settings().telling == "out":
        ways[Channel.PHONE] = Ringing(settings(), database(), Telephone(settings()))
    return Aside("tell", Teller(settings(), database(), ways, needless).work)


@cache
def _speaker() -> Speaker:
    return Speaker(settings(), database())


@cache
def _understanding() -> Understanding | None:
    meaning = engine()
    return Understanding(database(), meaning) if meaning is not None else None


def _broker(address: str) -> str:
    return address.replace("unix://", "redis+socket://") if address.startswith("unix://") else address
