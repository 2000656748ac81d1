"""
Fjellheim Lodges in Norway: small houses with an account each, and trouble with all.

Ridge was let go, Lake is restricted, and Shore has not finished joining.
"""

from sandbox.hotel.book import House, read

# code, house, arrival in days from today, nights, room, rate, total, paid elsewhere, guest
BOOKINGS = """
FJ-1102 lake    -9   3  Sel       Standard        522000       0  aslaug.m           Åslaug Mørk
FJ-1104 ridge   -1   4  Loft      Flexible        684000       0  issat.somby        Issát Somby
FJ-1107 lake     0   2  Hytte     Flexible        356000       0  oyvind.braten      Øyvind Bråten
FJ-1109 ridge    2   3  Stabbur   Standard        498000       0  lotte.aagaard      Lotte Aagaard
FJ-1112 lake     5   5  Naust     Standard        870000       0  emre.yildiz        Emre Yıldız
FJ-1115 shore    3   2  Rorbu     Flexible        412000       0  tove.lund          Tove Lund
FJ-1118 shore    8   4  Brygge    Standard        736000       0  aino.makela        Aino Mäkelä
"""

STORIES = {
    "account_begun": "FJ-1115",
    "account_restricted": "FJ-1107",
    "account_restricted_twice": "FJ-1107",
    "account_deauthorized": "FJ-1109",
    "schedule_canceled": "FJ-1102",
    "schedule_aborted": "FJ-1102",
}

HOUSE = House(
    slug="fjellheim",
    name="Fjellheim Lodges",
    currency="nok",
    timezone="Europe/Oslo",
    architecture="per_property",
    account=None,
    customer="cus_1PlatformFjel0",
    properties={
        "lake": ("Fjellheim Lake", "acct_1FjellheimLake00"),
        "ridge": ("Fjellheim Ridge", "acct_1FjellheimRidge0"),
        "shore": ("Fjellheim Shore", "acct_1FjellheimShore0"),
    },
    bookings=read(BOOKINGS),
    stories=STORIES,
)
