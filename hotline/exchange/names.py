"""How the exchange names the phones of operators."""


def phone(extension: str) -> str:
    """The exchange's name of an operator's phone."""
    return f"PJSIP/{extension}"


def extension_of(interface: str) -> str:
    """The extension of a phone by the exchange's name for it: PJSIP/8001, PJSIP/8001-0000002a."""
    return interface.rpartition("/")[2].partition("-")[0]
