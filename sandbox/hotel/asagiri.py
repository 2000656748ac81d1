"""Asagiri Inn in Tokyo: one house with a Stripe account of its own, in yen."""

from sandbox.hotel.book import House, read

# code, house, arrival in days from today, nights, room, rate, total, paid elsewhere, guest
BOOKINGS = """
AS-1004 yanaka    -30   2  桜    Standard         52000   52000  misaki.tanaka      田中 美咲
AS-1007 yanaka    -18   3  楓    Flexible         81000       0  seoyeon.kim        김서연
AS-1011 yanaka    -11   4  松    Standard        116000  116000  tomas.iriarte      Tomás Iriarte
AS-1012 yanaka     -5   2  竹    Non-refundable   47600       0  xiaoming.chen      陈晓明
AS-1014 yanaka     -3   3  松    Standard         88500   88500  liisa.magi         Liisa Mägi
AS-1016 yanaka     -2   4  梅    Flexible         98000   98000  somying.k          สมหญิง แก้วมณี
AS-1018 yanaka     -1   3  桜    Standard         77400       0  hone.pr            Hōne Parata-Reid
AS-1020 yanaka      0   1  楓    Flexible         26500       0  kenta.sasaki       佐々木 健太
AS-1023 yanaka      3   2  竹    Standard         54000       0  priya.sharma       प्रिया शर्मा
AS-1027 yanaka     11   5  松    Standard        139000       0  fernanda.quispe    Fernanda Quispe
AS-1031 yanaka     29   3  梅    Flexible         84000       0  yumiko.yamamoto    山本 由美子
AS-1034 yanaka     44   6  桜    Standard        171000       0  magnus.thordarson  Magnús Þórðarson
AS-1040 yanaka     72   2  楓    Non-refundable   49800       0  yijun.lin          林 怡君
"""

STORIES = {
    "hold_expired": "AS-1007",
    "bank_transfer_in_parts": "AS-1031",
    "account_restricted_and_enabled_again": "AS-1034",
    "account_deauthorized_and_back": "AS-1034",
    "legacy_cards": "AS-1012",
    "invoice_payment_failed_then_paid": "AS-1040",
    "schedule_released": "AS-1040",
    "transfer_canceled": "AS-1040",
    "application_fee_refunded_in_part": "AS-1040",
}

HOUSE = House(
    slug="asagiri",
    name="Asagiri Inn",
    currency="jpy",
    timezone="Asia/Tokyo",
    architecture="per_property",
    account=None,
    customer="cus_1PlatformAsag0",
    properties={"yanaka": ("Asagiri Yanaka", "acct_1AsagiriTokyo000")},
    bookings=read(BOOKINGS),
    stories=STORIES,
)
