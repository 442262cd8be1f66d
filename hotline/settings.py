"""Every setting of the system: one frozen object, read from the environment once."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from hotline import setting_shapes as written

PREFIX = "HOTLINE_"
LONGEST_SOCKET_FOLDER = 90  # a Unix socket's path ends at about 107 bytes


class SettingsError(Exception):
    """The environment is not enough to start; the text names every setting at fault."""


class Settings(BaseModel):
    """What may differ between two installations. Each field is `HOTLINE_<NAME>`, or `HOTLINE_<NAME>_FILE`
    naming a file that holds the value (for secrets)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Who we are
    number: str = Field("96128", max_length=24, description="The number that citizens dial.")
    city: str = Field("玉溪", description="The city whose hotline this is, as it is written on screens.")
    city_english: str = Field("Yuxi", description="The same city on English pages.")
    counties: written.Counties = Field(
        "530402=红塔区/Hongta,530403=江川区/Jiangchuan,530423=通海县/Tonghai,530424=华宁县/Huaning,530425=易门县/Yimen,"
        "530426=峨山彝族自治县/Eshan,530427=新平彝族傣族自治县/Xinping,530428=元江哈尼族彝族傣族自治县/Yuanjiang,"
        "530481=澄江市/Chengjiang",
        description="The city's counties by their codes, as 530402=红塔区/Hongta, with commas.",
    )
    ticket_prefix: str = Field("96128", max_length=14, description="What ticket numbers begin with.")

    # Where things are
    folder: Path = Field(Path("var"), description="Folder of the database, spool, sounds and recordings.")
    database_url: str = Field("", description="SQLAlchemy address; empty: SQLite in the folder.")
    redis_url: str = Field("", description="Redis address; empty: the embedded Valkey in the folder.")
    secret_key: SecretStr = Field(
        min_length=32, description="Signs sessions and digests query codes; at least 32 characters."
    )
    voice_folder: Path = Field(Path(".voice"), description="Folder of the voice's model.")
    voice: str = Field("zf_xiaobei", max_length=40, description="The Mandarin voice of the machine.")

    # The exchange
    ami_host: str = Field("127.0.0.1", description="Where Asterisk's manager interface listens.")
    ami_port: int = Field(5038, description="Port of Asterisk's manager interface.")
    ami_user: str = Field("hotline", description="Account at the manager interface.")
    ami_secret: SecretStr = Field(SecretStr(""), description="Password at the manager interface.")
    exchange_node: str = Field("exchange1", max_length=40, description="The exchange's systemname.")
    queue: str = Field("hotline", description="Name of the queue that callers wait in.")
    queue_strategy: Literal["rrmemory", "leastrecent", "fewestcalls", "random"] = Field(
        "rrmemory", description="Which of the free operators is rung first; one at a time."
    )
    queue_said_seconds: int = Field(45, ge=15, description="Seconds until a waiting caller hears his place again.")
    queue_time_talks: int = Field(
        5, ge=1, description="Talks that ended in the last hour from which on a waiting caller hears how long it takes."
    )
    queue_offer: bool = Field(
        False, description="Whether who waits may keep his place by a key, hang up, and be rung when it is his turn."
    )
    queue_place_minutes: int = Field(
        120, ge=1, description="Minutes until an operator is to ring whose kept place had no turn."
    )
    queue_place_pause_minutes: int = Field(
        5, ge=1, description="Minutes between two attempts to ring whose place was kept."
    )
    skill_seconds: int = Field(10, ge=1, description="Seconds that a caller waits for an operator with a skill alone.")
    phone_silent_seconds: int = Field(
        30, ge=5, description="Seconds without a sound's packet after which an operator's phone is held to be gone."
    )
    overflow_seconds: int = Field(
        30, ge=1, description="Seconds after which a waiting caller reaches operators in reserve too."
    )
    overflow_waiting: int = Field(
        5, ge=0, description="Most who wait before all of them reach operators of other groups too."
    )
    more_exchanges: written.Exchanges = Field(
        "", description="Further exchanges behind a dispatcher, as exchange2=127.0.0.1:5039/10.0.0.2:5060, with commas."
    )
    dispatcher: str = Field(
        "", pattern=r"^(?:[\w.-]+:[0-9]{1,5})?$",
        description="Where Kamailio spreads calls over several exchanges, as 10.0.0.1:5060.",
    )
    exchange_dead_seconds: float = Field(
        3, ge=1, description="Seconds without a link after which one of several exchanges is held to be dead."
    )
    trunk: str = Field("trunk", description="The PJSIP endpoint that carries calls to the public network.")

    # The exchange that `hotline up` starts by itself
    sip_bind: str = Field("127.0.0.1", description="Address that the exchange takes SIP and RTP on.")
    sip_port: int = Field(5060, description="UDP port of SIP.")
    rtp_from: int = Field(10000, description="First UDP port of RTP.")
    rtp_to: int = Field(10999, description="Last UDP port of RTP.")
    exchange_http_port: int = Field(8088, description="Port of the exchange's web socket for browser phones.")
    trunk_addresses: str = Field("127.0.0.1", description="Addresses that the carrier calls from, with commas.")
    trunk_contact: str = Field("sip:127.0.0.1:5070", description="Where calls to the public network are sent.")
    trunks_file: str = Field("", description="File of carriers, NAT, certificates and browser phones.")
    trunk_shown: str = Field(
        "", pattern=r"^\+?[0-9]{0,20}$", description="The number shown on our calls; empty: that of the hotline."
    )
    trunk_permits: str = Field("", description="Numbers that the carrier permits us to show, with commas.")
    trunk_silent_seconds: int = Field(
        300, ge=0, description="Seconds without a sound's packet from the carrier after which a call is over; 0: never."
    )
    operators_may_dial: written.Dialled = Field(
        "1[3-9]XXXXXXXXX,0[1-9]XXXXXXXX,0[1-9]XXXXXXXXX,0[1-9]XXXXXXXXXX,[2-8]XXXXXX,[2-8]XXXXXXX,11[09],12[02],"
        "1[02]XXX,9[56]XXX,9[56]XXXX,[48]00XXXXXXX",
        description="Numbers that operators' phones may dial after a 0, as patterns: X is any digit.",
    )
    phones: int = Field(6, ge=0, le=999, description="How many operators' phones there are: 8001, 8002, …")
    phone_networks: str = Field(
        "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
        description="Networks that phones sign in from, with commas; beside the carriers nobody else is heard.",
    )

    # The doors
    agi_host: str = Field("127.0.0.1", description="Address that FastAGI listens on.")
    agi_port: int = Field(4573, description="Port that FastAGI listens on.")
    agi_sessions: int = Field(600, description="Most conversations with the machine at a time; more go to a person.")
    web_host: str = Field("127.0.0.1", description="Address that the pages are served on.")
    web_port: int = Field(8128, description="Port that the pages are served on.")
    web_secure: bool = Field(False, description="Whether the pages stand behind HTTPS: cookies are then marked Secure.")

    # The public pages
    public_host: str = Field("127.0.0.1", description="Address that the public pages are served on.")
    public_port: int = Field(8129, description="Port that the public pages are served on.")
    public_url: str = Field("", description="Where citizens reach the public pages, as https://96128.example.gov.cn.")
    public_limit: str = Field("300 per minute", description="Most public pages and searches for one address.")
    public_repeat_minutes: int = Field(
        30, ge=0, description="The same words from one address count once within so many minutes."
    )
    public_ask_limit: str = Field("10 per hour", description="Most questions left on the web from one address.")
    exchange_limit: str = Field("120 per minute", description="Most matters that 12345 passes to us from one address.")
    public_follow_limit: str = Field("30 per hour", description="Most looks at a matter from one address.")
    public_number_limit: str = Field("10 per hour", description="Most looks at one ticket's number from anywhere.")

    # The line
    staffed_hours: str = Field("1-7 00:00-24:00", description="When people answer, as 1-5 08:30-18:00,6 09:00-12:00.")
    self_service: bool = Field(True, description="Whether the machine may be asked at all.")
    keypad_initials: bool = Field(False, description="Whether a caller may spell a keyword by pinyin initials.")
    anonymous_callers: Literal["accept", "person"] = Field(
        "accept", description="Who withholds his number: accept, as anybody; person, taken to a person at once."
    )
    flood_calls: int = Field(10, ge=2, description="Calls from one number that are a flood; the supervisor is told.")
    flood_minutes: int = Field(10, ge=1, description="Minutes in which they are one.")
    flood_range_calls: int = Field(40, ge=2, description="The same for numbers alike but for their last two digits.")
    flood_a_minute: int = Field(
        30, ge=5, description="Calls in a minute beyond which a number is a machine's and hears that the line is busy."
    )
    slower_percent: int = Field(
        80, ge=50, le=95, description="Percent of its speed at which the machine speaks to who presses 7."
    )
    question_steps: written.Steps = Field(
        ",".join(written.QUESTION_STEPS),
        description="What who leaves a question is asked, with commas; empty: one recording by the exchange alone.",
    )
    hot_topics: int = Field(
        2, ge=0, le=2,
        description="How many urgent topics the machine offers before it asks for a department, and who waits hears.",
    )
    most_asked: int = Field(
        3, ge=1, le=3, description="How many of a department's most asked questions are read out: three at most."
    )

    # Speaking
    speech: bool = Field(False, description="Whether a caller may say aloud what he wants to know.")
    hear_host: str = Field("127.0.0.1", description="Address that `hotline hear` listens on.")
    hear_port: int = Field(4574, description="Port that `hotline hear` listens on.")
    hear_address: str = Field("", description="Another engine that hears, as ws://host:port; empty: `hotline hear`.")
    hear_lines: int = Field(40, ge=1, description="Most callers who are listened to at a time.")
    hear_at_once: int = Field(1, ge=1, description="Most sentences that are recognised at a time.")
    hearing_folder: Path = Field(Path(".hearing"), description="Folder of the hearing's models.")
    hearing_model: str = Field("", description="Folder of another Whisper for CTranslate2; empty: the house's.")

    # The ticket's clocks, in working days (domain rules that no source fixes)
    accept_days: int = Field(1, description="Working days in which a department accepts a ticket.")
    return_days: int = Field(2, description="Working days in which a department may return a ticket.")
    consult_days: int = Field(3, description="Working days to answer a 咨询.")
    answer_days: int = Field(5, description="Working days to answer any other matter.")
    extension_days: int = Field(10, ge=1, description="Most working days of the one extension of a ticket.")
    share_days: int = Field(2, ge=1, description="Working days in which another department gives its share (协办).")
    urgent_hours: int = Field(24, ge=1, description="Hours, round the clock, to answer what is urgent (紧急).")
    urgent_accept_hours: int = Field(2, ge=1, description="Hours to accept or return what is urgent.")
    critical_hours: int = Field(8, ge=1, description="Hours, round the clock, to answer what is most urgent (特急).")
    critical_accept_hours: int = Field(1, ge=1, description="Hours to accept or return what is most urgent.")
    remind_days: int = Field(1, ge=0, description="Working days before a deadline that its liaison is reminded.")
    chase_days: int = Field(1, ge=0, description="Working days after it that the competent office is told.")
    supervise_days: int = Field(5, ge=0, description="Working days after it that the inspector has it on his list.")
    remind_hours: int = Field(1, ge=0, description="Hours before the deadline of what is urgent that it is told.")
    chase_hours: int = Field(2, ge=0, description="Hours after it that the competent office is told.")
    supervise_hours: int = Field(8, ge=0, description="Hours after it that the inspector has it on his list.")
    county_days: int = Field(0, ge=0, description="Working days in which a county passes a matter on; 0: the same day.")
    dispatch_days: int = Field(0, ge=0, description="Working days in which the hotline dispatches; 0: the same day.")
    facts_days: int = Field(3, ge=1, description="Working days that a department waits for facts from the caller.")
    report_unit_day: int = Field(5, ge=2, le=28, description="Day before which units report the month (附件9).")
    report_county_day: int = Field(10, ge=2, le=28, description="Day before which counties report it.")
    report_city_day: int = Field(15, ge=2, le=28, description="Day before which the city publishes the sum.")
    calendar_ahead_days: int = Field(92, ge=0, description="Days before a year that its missing holidays are told.")
    city_duty_phone: str = Field("", description="Telephone of the city government's duty office.")
    duty_ring_rounds: int = Field(3, ge=1, description="How often duty telephones are rung for what is urgent.")
    duty_ring_pause_minutes: int = Field(5, ge=0, description="Minutes until they are rung once more.")
    letter_font: Path = Field(
        Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"), description="Font of letters, with Chinese."
    )
    file_days: int = Field(30, ge=1, description="Days after which a closed ticket is filed.")
    office_hours: str = Field("08:30-12:00,14:30-18:00", description="The offices' hours on a working day.")
    duplicate_caller_percent: int = Field(
        45, ge=1, le=100, description="How alike in words two of one telephone are to be shown as likely the same."
    )
    duplicate_percent: int = Field(
        70, ge=1, le=100, description="How alike two of one department are, or two that have none yet, to be shown so."
    )
    duplicate_days: int = Field(60, ge=1, description="Days after its intake that a ticket is compared with new ones.")

    # Periodic update (基础信息定期更新)
    update_grace_days: int = Field(30, description="Days after which the machine no longer speaks what is overdue.")
    update_reminders: written.Days = Field("-14,-3,0,7,21", description="Days around a due day that bring a reminder.")
    update_repeat_days: int = Field(
        14, ge=0, description="Days after which a department that still hasn't confirmed is reminded again; 0: never."
    )

    # Authorised answering (授权解答)
    provisional_days: int = Field(180, ge=1, description="Most days that an inherited authorisation counts.")
    authorisation_warning_days: int = Field(
        30, ge=0, description="Days before its end that an authorisation is shown as ending."
    )

    # Keeping the knowledge base
    sweep_again_days: int = Field(
        180, ge=1, description="Days after which a published entry is reviewed for secrecy again."
    )
    pinned_most_days: int = Field(30, ge=1, description="Most days that an urgent topic is pinned at a time.")
    still_not_found: int = Field(
        3, ge=1, description="Askings that find nothing after which an answered question is open again."
    )
    attachment_types: str = Field(
        "pdf,docx,xlsx,ofd,jpg,png", description="Kinds of files that may belong to an answer or a ticket."
    )
    attachment_megabytes: int = Field(10, ge=1, description="Most megabytes of one attachment.")
    attachments_most: int = Field(10, ge=0, description="Most attachments of one version, or of one ticket.")
    asked_keep_days: int = Field(180, ge=1, description="Days that what people asked is kept.")
    phrasing_idle_months: int = Field(6, ge=1, description="Months unused after which a phrasing may be retired.")

    # Handing a caller to a department (转接解答)
    liaison_a_seconds: int = Field(20, ge=5, description="Seconds that the telephone of liaison A rings.")
    liaison_b_seconds: int = Field(20, ge=5, description="Seconds that the telephone of liaison B rings.")
    liaison_section_seconds: int = Field(30, ge=5, description="Seconds that each telephone of a section rings.")
    transfer_seconds: int = Field(120, ge=10, description="Most seconds that a caller waits for a liaison.")
    summer_season: written.Season = Field(
        "05-01/09-30", description="First and last day of the offices' summer hours, where they keep two."
    )

    # Calling back
    callback_hours: str = Field("09:00-11:30,14:30-20:00", description="When citizens may be called back.")
    callback_attempts: int = Field(3, description="Most attempts to call one citizen back.")
    callback_pause_minutes: int = Field(60, description="Minutes between two attempts.")
    callback_ring_seconds: int = Field(30, description="Seconds that a citizen's telephone rings.")

    callback_message_minutes: int = Field(
        10, ge=0, description="Minutes that a short message goes ahead of a call-back, where it can; 0: none goes."
    )
    callback_hellos: int = Field(
        2, ge=1, le=5, description="How often who picks up is asked to press a key before a call-back is given up."
    )
    callback_key_seconds: int = Field(
        6, ge=2, le=30, description="Seconds that he has to press it, each time after the question."
    )
    urge_hours: int = Field(
        24, ge=1, description="A caller may urge one matter by key or on the web once within so many hours."
    )
    survey_redial_minutes: int = Field(
        30, ge=0, description="Minutes within which who was cut off before he rated is rung for it, once; 0: nobody is."
    )
    callback_hold_minutes: int = Field(30, ge=1, description="Minutes that an operator may hold a call-back.")
    missed_within_minutes: int = Field(
        60, ge=1, description="Minutes, in hours of calling back, until who was not answered is to be rung."
    )
    callbacks_at_once: int = Field(4, ge=1, description="Most citizens that the machine calls back at the same time.")
    trunk_channels: int = Field(30, ge=1, description="How many calls the trunk carries at the same time.")
    trunk_reserved: int = Field(10, ge=0, description="Channels of the trunk that the machine leaves to callers.")

    # Telling people (what an installation leaves empty goes to the log instead: the console twin)
    telling: Literal["out", "log"] = Field(
        "out", description="Whether messages leave the house: out, or the log alone (log)."
    )
    mail_host: str = Field("", description="The mail server that notices leave by; empty: the log.")
    mail_port: int = Field(587, description="Port of the mail server.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the way to the mail server is protected: starttls, tls, none."
    )
    mail_user: str = Field("", description="Account at the mail server; empty: none is asked for.")
    mail_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    mail_from: str = Field("96128@localhost", description="The address that notices come from.")
    mail_authority: str = Field("", description="File of the authority that signed the mail server's certificate.")
    sms_gateway: str = Field("", description="Address of the gateway for short messages; empty: the log.")
    sms_secret: SecretStr = Field(SecretStr(""), description="Signs what the gateway for short messages is sent.")
    sms_most_a_day: int = Field(10, ge=1, description="Most short messages to one number in 24 hours.")
    webhook_networks: written.Networks = Field(
        "", description="Networks of the office that webhooks may reach, as 10.1.2.0/24, with commas."
    )
    desk_url: str = Field("", description="Where staff reach the pages, as https://desk.example.gov.cn.")
    quiet_hours: written.Stretch = Field(
        "22:00-07:00", description="When people of the house are told urgent things alone."
    )
    digest_at: written.Clock = Field("08:00", description="When who wants one message a morning gets it.")
    telling_attempts: int = Field(6, ge=1, description="Most attempts to bring a message out.")
    telling_timeout_seconds: int = Field(10, ge=1, description="Seconds that the other side of a message may take.")
    telling_keep_days: int = Field(180, ge=1, description="Days that sent messages and read notices are kept.")

    # Keeping
    recordings_cipher: Literal["aes-gcm", "sm4-gcm", "none"] = Field(
        "aes-gcm", description="How recordings and files are sealed: aes-gcm, sm4-gcm, or none."
    )
    recordings_s3: written.Bucket = Field(
        SecretStr(""), description="Bucket for recordings, as s3://KEY:SECRET@host/bucket; empty: the folder."
    )
    recordings_keys_file: str = Field("", description="File of the keys of recordings and files; empty: in secrets.")
    recordings_keep_days: int = Field(730, description="Days that a recording is kept at least.")
    recordings_destroy: bool = Field(True, description="Whether recordings whose time is over are destroyed.")
    disk_alarm_percent: int = Field(10, description="Free disk below this percentage raises the alarm.")
    recordings_ahead_minutes: int = Field(
        5, ge=1, description="Minutes for which each recording that goes on has room on the disk set aside."
    )
    disk_reserve_megabytes: int = Field(
        256, ge=0, description="Megabytes set aside for recordings when the disk is full; 0: none."
    )

    # Signing in
    lockout_attempts: int = Field(5, description="Wrong passwords in a row that lock an account.")
    lockout_minutes: int = Field(15, description="Minutes that an account stays locked.")
    session_minutes: int = Field(30, description="Minutes without a click after which one signs in again.")
    sign_in_limit: str = Field("10 per minute", description="Most attempts to sign in from one address.")

    @property
    def database_address(self) -> str:
        return self.database_url or f"sqlite:///{self.folder.resolve()}/hotline.db"

    @property
    def shown_number(self) -> str:
        """The number that citizens see when we ring them."""
        return self.trunk_shown or self.number

    @property
    def redis_address(self) -> str:
        return self.redis_url or f"unix://{self.run_folder}/valkey.sock"

    @property
    def ear_address(self) -> str:
        """Where exchange and scripts find the engine that hears."""
        return self.hear_address or f"ws://{self.hear_host}:{self.hear_port}"

    @property
    def hears_here(self) -> bool:
        """Whether a process of ours recognises what callers say: they may speak, and nobody else hears for us."""
        return self.speech and not self.hear_address

    @property
    def run_folder(self) -> Path:
        """Where sockets lie: in the folder, or in a short place when the folder's path is too long for a socket."""
        own = self.folder.resolve() / "run"
        if len(str(own)) <= LONGEST_SOCKET_FOLDER:
            return own
        short = hashlib.sha256(str(own).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"hotline-{short}"

    @property
    def spool(self) -> Path:
        """Where the exchange writes: `calls/`, `messages/`, `cel/`."""
        return self.folder.resolve() / "spool"

    @property
    def recordings_keys(self) -> Path:
        """The file of the keys that recordings and files are sealed with; outside the database."""
        own = self.folder.resolve() / "secrets" / "recording_keys"
        return Path(self.recordings_keys_file) if self.recordings_keys_file else own

    @property
    def recordings_store(self) -> Path:
        """Where recordings are put away."""
        return self.folder.resolve() / "recordings"

    @property
    def attachments(self) -> Path:
        """Where the files of tickets and answers lie sealed, each under its hash."""
        return self.folder.resolve() / "attachments"

    @property
    def sounds(self) -> Path:
        """Where rendered answers lie; the exchange plays them from the same path."""
        return self.folder.resolve() / "sounds"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read all settings; SettingsError names at once everything that is missing or wrong."""
    given = {name: said for name in Settings.model_fields if (said := _said(name, environment)) is not None}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        wrong = [f"  {PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("These settings are missing or wrong:\n" + "\n".join(wrong)) from None


def alone(name: str) -> Any:
    """One setting of this process as it is written, for what a module describes before all of them are read."""
    said = _said(name, os.environ)
    return Settings.model_fields[name].default if said is None else said


def _said(name: str, environment: Mapping[str, str]) -> str | None:
    key = PREFIX + name.upper()
    file = environment.get(key + "_FILE")
    if key in environment or not file:
        return environment.get(key)
    return Path(file).read_text(encoding="utf-8").strip()


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read_settings(os.environ)
