"""The 18 classes of identifiers of HIPAA Safe Harbor, 45 CFR 164.514(b)(2), and their signs.

A sign is a column's name, its label, or a pattern in its values. What has no sign is not found:
a name within a sentence looks like any other word.
"""

from __future__ import annotations

from dataclasses import dataclass

FREE_TEXT = "free text"
UNIQUE = "other unique identifiers"
DATES = "dates and ages"
GEOGRAPHY = "geography"
_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
ISO_DATE = r"(19|20)[0-9]{2}-[0-9]{2}(-[0-9]{2}([T ][0-9:.Z+-]{0,30})?)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierClass:
    """One class and its signs.

    Parameters
    ----------
    number : int
        In the order of the regulation, from 1; 0 for what is no class of it.
    name : str
    action : str
        What is suggested.
    names, labels, values : str
        RE2 patterns for upper-case column names, lower-case labels, and within values; "" for no
        such sign.
    """

    number: int
    name: str
    action: str
    names: str = ""
    labels: str = ""
    values: str = ""


CLASSES = (
    IdentifierClass(
        number=1,
        name="names",
        action="drop",
        names=r"(PAT|PATIENT|SUBJ|SUBJECT|FIRST|LAST|FULL|SUR|FAMILY|GIVEN|MIDDLE|MAIDEN|INV|PHYS)"
        r"_?(NAME|NAM|NM)|[FL]NAME|(PAT|SUBJ)?_?(INITIALS?|INIT)|NAME",
        labels=r"\b(patient|subject|first|last|full|family|given|maiden|middle|investigator|"
        r"physician|contact)('s)? names?\b|\binitials\b|\bsurname\b",
        values=r"^(Mr|Mrs|Ms|Dr)\.? [A-Z][a-z]+( [A-Z][a-z]+)*$",
    ),
    IdentifierClass(
        number=2,
        name=GEOGRAPHY,
        action="drop",
        names=r".*(ZIP|POSTAL|POSTCODE).*|CITY|TOWN|COUNTY|STREET.*|ADDR.*|.*ADDRESS.*|LATITUDE|"
        r"LONGITUDE",
        labels=r"\bzip\b|\bpostal code\b|\bpost ?code\b|\bstreet\b|\bcity\b|\bcounty\b|"
        r"\b(home|mailing|postal|patient) address\b|\blatitude\b|\blongitude\b",
    ),
    IdentifierClass(
        number=3,
        name=DATES,
        action="shift",
        names=r"[A-Z]{2,6}DTC|BRTH.*|BIRTH.*|DOB",
        labels=r"\bdate\b|\bbirth ?day\b|\b(year|month) of birth\b",
        values=rf"^{ISO_DATE}$|\b[0-9]{{1,2}}[/.][0-9]{{1,2}}[/.](19|20)?[0-9]{{2}}\b|"
        rf"(?i)\b[0-9]{{1,2}}[ -]?({_MONTHS})[A-Z]*[ -]?(19|20)[0-9]{{2}}\b|"
        r"\b(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]\b",
    ),
    IdentifierClass(
        number=4,
        name="telephone numbers",
        action="drop",
        names=r".*(PHONE|TELNO|MOBILE).*|TEL|CELL",
        labels=r"\b(tele)?phone\b|\bmobile number\b",
        values=r"(^|[^0-9.-])(\+[0-9]{1,3}[ .-]?)?(\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-]"
        r"[0-9]{4}($|[^0-9.-])|\+[0-9]{2}[ 0-9()/-]{8,}",
    ),
    IdentifierClass(
        number=5, name="fax numbers", action="drop", names=r".*FAX.*", labels=r"\bfax\b"
    ),
    IdentifierClass(
        number=6,
        name="e-mail addresses",
        action="drop",
        names=r".*E?MAIL.*",
        labels=r"\be-?mail\b",
        values=r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    ),
    IdentifierClass(
        number=7,
        name="social security numbers",
        action="drop",
        names=r".*SSN.*|SOCSEC.*|NHSNO|NATID",
        labels=r"\bsocial security\b|\bnational (id|identi)",
        values=r"(^|[^0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}($|[^0-9-])",
    ),
    IdentifierClass(
        number=8,
        name="medical record numbers",
        action="drop",
        names=r"MRN.*|.*MEDREC.*|HOSPNO|HOSPID|CHARTNO|PATNO",
        labels=r"\bmedical record\b|\bhospital (number|no|id)\b|\bchart (number|no)\b",
        values=r"(?i)\bMRN[ :#]*[0-9]{4,}",
    ),
    IdentifierClass(
        number=9,
        name="health plan numbers",
        action="drop",
        names=r"HPLAN.*|.*INSUR.*|MEMBERID|POLICYNO|MEDICARE.*",
        labels=r"\bhealth plan\b|\binsurance\b|\bbeneficiary\b|\bpolicy number\b",
    ),
    IdentifierClass(
        number=10,
        name="account numbers",
        action="drop",
        names=r"ACCT.*|ACCOUNT.*|IBAN",
        labels=r"\baccount (number|no)\b",
        values=r"\b[A-Z]{2}[0-9]{2} ?([0-9A-Z]{4} ?){3,7}[0-9A-Z]{1,4}\b",
    ),
    IdentifierClass(
        number=11,
        name="certificate and licence numbers",
        action="drop",
        names=r".*LICEN[CS]E.*|LICNO|CERTNO",
        labels=r"\blicen[cs]e\b|\bcertificate (number|no)\b|\bpassport\b",
    ),
    IdentifierClass(
        number=12,
        name="vehicle identifiers",
        action="drop",
        names=r"VIN|VEHICLE.*|PLATENO|LICPLATE",
        labels=r"\bvehicle\b|\bnumber plate\b|\blicen[cs]e plate\b",
    ),
    IdentifierClass(
        number=13,
        name="device identifiers and serial numbers",
        action="drop",
        names=r"SPDEVID|DEVSN|.*SERIAL.*|UDI",
        labels=r"\bserial (number|no)\b|\bdevice identifier\b",
    ),
    IdentifierClass(
        number=14,
        name="web addresses",
        action="drop",
        names=r"URL|WEBSITE|HOMEPAGE",
        labels=r"\burl\b|\bweb ?site\b",
        values=r"(?i)\bhttps?://|\bwww\.[a-z0-9-]+\.",
    ),
    IdentifierClass(
        number=15,
        name="IP addresses",
        action="drop",
        names=r"IP|IPADDR.*|IP_ADDR.*",
        labels=r"\bip address\b",
        values=r"(^|[^0-9.])((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}"
        r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])($|[^0-9.])",
    ),
    IdentifierClass(
        number=16,
        name="biometric identifiers",
        action="drop",
        names=r".*FINGERPR.*|VOICEPR.*|RETINA.*|IRISSCAN|DNAPROF.*",
        labels=r"\bfinger ?prints?\b|\bvoice ?prints?\b|\b(retina|iris) scan\b|\bdna profile\b",
    ),
    IdentifierClass(
        number=17,
        name="photographs",
        action="drop",
        names=r"PHOTO.*|FACEIMG.*|PORTRAIT",
        labels=r"\bphoto(graph)?s?\b|\bfacial image\b",
    ),
    IdentifierClass(
        number=18,
        name=UNIQUE,
        action="hash",
        names=r"USUBJID|SUBJID|[A-Z]?SUBJID|RANDNO|RANDNUM|SCRNO|SCRNUM|ENROLLNO|KITNO|KITID|"
        r".*REFID|.*BARCODE.*|PATID|PATIENT_?ID",
        labels=r"\b(unique )?(subject|patient) (id|identifier|number)\b|\bbar ?code\b|"
        r"\brandomi[sz]ation number\b|\bkit number\b",
    ),
)
"""In the order of the regulation."""

# The first three digits of ZIP codes whose areas hold 20,000 people or fewer, census of 2000, as
# listed in the guidance of the HHS Office for Civil Rights on de-identification (2012), page 10.
RESTRICTED_ZIP3 = (
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878",
    "879", "884", "890", "893",
)  # fmt: skip
