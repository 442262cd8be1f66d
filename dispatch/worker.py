"""The Celery application: thin tasks. Rows are the queue; beat only wakes those who look for them."""

from functools import cache

from celery import Celery
from celery.signals import worker_shutdown

from dispatch.answering.speech import Speaker
from dispatch.callbacks.place_keeper import PlaceKeeper
from dispatch.callbacks.ringing_out import Ringing
from dispatch.callbacks.telephone import Telephone
from dispatch.sweeps import sweeper
from dispatch.sweeps.duty import Duty
from hotline.database import database
from hotline.events import Bus
from hotline.settings import settings
from hotline.telling.aside import Aside
from hotline.telling.outbox import Channel
from hotline.telling.teller import Teller, carriers_of
from hotline.times import local_day, now
from knowledge_base.search.meaning import engine
from knowledge_base.search.understanding import Understanding

SWEEP_SECONDS = 2.0
TELL_SECONDS = 3.0
SPEAK_SECONDS = 1.0
UNDERSTAND_SECONDS = 2.0


def make_app() -> Celery:
    """The application, on the settings of this process."""
    app = Celery("hotline", broker=_broker(settings().redis_address))
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        task_default_queue="sweep",
        task_create_missing_queues=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_connect_timeout": 2, "visibility_timeout": 600},
        worker_hijack_root_logger=False,
        beat_scheduler="dispatch.sweeps.beat:Beat",
        beat_schedule={
            # A wake-up that nobody took in time is worth nothing: the next one looks at the same rows.
            "sweep": {"task": "sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS * 2}},
            "tell": {"task": "tell", "schedule": TELL_SECONDS, "options": {"expires": TELL_SECONDS * 2}},
            "speak": {
                "task": "speak",
                "schedule": SPEAK_SECONDS,
                "options": {"queue": "voice", "expires": SPEAK_SECONDS * 2},
            },
            "understand": {
                "task": "understand",
                "schedule": UNDERSTAND_SECONDS,
                "options": {"queue": "voice", "expires": UNDERSTAND_SECONDS * 2},
            },
        },
    )
    app.task(name="sweep")(sweep)
    app.task(name="tell")(tell)
    worker_shutdown.connect(finish_telling, weak=False)
    app.task(name="speak")(speak)
    app.task(name="understand")(understand)
    return app


def sweep() -> None:
    """Do what is owed."""
    sweeper.sweep(_duty())
    _place_keeper().work()


def tell() -> None:
    """Have what is owed to people brought out, beside the sweeps: who waits for a mail server keeps nobody waiting."""
    _telling().wake()


def finish_telling(**_said: object) -> None:
    """Before the process ends, let the message that is being brought out arrive: cut off, it would be in doubt."""
    if _telling.cache_info().currsize:
        _telling().end(seconds=settings().telling_timeout_seconds + 2)


def speak() -> None:
    """Render what is owed a voice."""
    _speaker().speak_owed()


def understand() -> None:
    """Make the vectors that new and changed questions are owed; without the model, search goes on by letters."""
    understanding = _understanding()
    if understanding is not None:
        understanding.work(on=local_day(now()), seconds=UNDERSTAND_SECONDS)


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
    teller = Teller(settings(), database(), ways)
    return Aside("tell", teller.work)


@cache
def _speaker() -> Speaker:
    return Speaker(settings(), database())


@cache
def _understanding() -> Understanding | None:
    meaning = engine()
    return Understanding(database(), meaning) if meaning is not None else None


def _broker(address: str) -> str:
    return address.replace("unix://", "redis+socket://") if address.startswith("unix://") else address
