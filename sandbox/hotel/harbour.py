"""Harbour Hotels in Lisbon: two houses, one Stripe account for both, in euro."""

from sandbox.hotel.book import House, read

# code, house, arrival in days from today, nights, room, rate, total, paid elsewhere, guest
BOOKINGS = """
HB-2388 downtown -104   5  305  Standard        132000       0  runa.magnusdottir  Rúna Magnúsdóttir
HB-2392 seaside   -82   6  10   Flexible        171600       0  teodor.ilic        Теодор Илић
HB-2395 downtown  -76   3  115  Standard         66900       0  marta.szucs        Márta Szűcs
HB-2398 seaside   -52   4  8    Standard        118400       0  caoimhe.breen      Caoimhe Breen
HB-2401 downtown  -41   4  204  Standard         88000       0  soren.oestergaard  Søren Østergaard
HB-2403 seaside   -33   7  12   Standard        161000  161000  eleni.papadaki     Ελένη Παπαδάκη
HB-2404 downtown  -49   2  201  Flexible         43800       0  arjun.nair         Arjun Nair
HB-2406 downtown  -26   2  110  Non-refundable   31000       0  lukasz.wojcik      Łukasz Wójcik
HB-2409 seaside   -19   5  7    Flexible        127500       0  darya.orlova       Дарья Орлова
HB-2411 seaside   -22   3  2    Standard         87300       0  ruta.kazlauskaite  Rūta Kazlauskaitė
HB-2413 downtown  -16   4  306  Flexible         92400       0  walter.kim         Walter Kim
HB-2415 downtown  -14   2  118  Standard         45000       0  m.alali            محمد العلي
HB-2417 seaside   -12   4  3    Standard         99600       0  anais.lefevre      Anaïs Lefèvre
HB-2420 downtown   -9   3  207  Flexible         54900       0  dana.levi          דנה לוי
HB-2422 downtown   -8   1  105  Non-refundable   14500   14500  joao.fsm           João Falcão de Sá
HB-2425 seaside    -6   4  9    Flexible        103200       0  wayan              Wayan
HB-2427 downtown   -3   3  301  Flexible         60000       0  ngozi.ac           Ngozi Adeyemi
HB-2428 seaside    -4   4  6    Standard         95200   95200  ondrej.kucera      Ondřej Kučera
HB-2430 downtown   -3   5  302  Standard        141000       0  ines.carvalhal     Inês Carvalhal
HB-2431 downtown   -2   3  210  Flexible         57000       0  siobhan.odwyer     Siobhán O'Dwyer
HB-2433 seaside    -2   7  4    Standard        180600   50000  mehmet.gunaltay    Mehmet Günaltay
HB-2434 downtown   -1   2  111  Flexible         36400       0  zoe.vdmeer         Zoë van der Meer
HB-2437 seaside    -1   1  2    Non-refundable   24900   24900  hoa.nguyen         Nguyễn Thị Hoa
HB-2440 downtown    0   2  203  Flexible         38000       0  g.nikolaou         Γιώργος Νικολάου
HB-2441 seaside     0   3  5    Standard         71700       0  ayse.demirtas      Ayşe Demirtaş
HB-2443 downtown    1   4  109  Standard         76000       0  grazyna.zajac      Grażyna Zając
HB-2446 downtown    3   2  114  Flexible         41200       0  alma.berisha       Alma Berisha
HB-2448 seaside     4   5  6    Standard        133500       0  davit.gelashvili   დავით გელაშვილი
HB-2450 seaside     6   3  8    Flexible         80100       0  bjorn.akesson      Björn Åkesson
HB-2452 downtown    9   5  303  Standard        110000       0  priya.r            Priya Raghunathan
HB-2453 downtown   10   3  202  Standard         72600       0  r.montague         Rosalind Montague
HB-2455 downtown   14   2  206  Flexible         39800       0  klara.novackova    Klára Nováčková
HB-2458 seaside    18   6  11   Standard        152400       0  andriy.kovalenko   Андрій Коваленко
HB-2461 downtown   23   3  112  Flexible         55500       0  matti.koskivuori   Matti Koskivuori
HB-2464 downtown   37   4  208  Standard         84000       0  chiamaka.obi       Chiamaka Obi
HB-2467 seaside    45   7  3    Flexible        196000       0  petros.savva       Πέτρος Σάββα
HB-2470 seaside    60  10  1    Standard        296000       0  jb.daubigny        Jean d'Aubigny
HB-2472 downtown   64   3  205  Flexible         61500       0  nadia.benali       Nadia Ben Ali
HB-2474 seaside    -7   5  14   Flexible        118000       0  oyelaran           Adébáyọ̀ Oyelaran
HB-2475 downtown   -5   6  308  Standard        132600       0  maelle.c           Maëlle Corbineau
HB-2476 seaside    -2   5  8    Flexible         98400       0  sigga.b            Sigríður Björns
HB-2477 downtown   12   3  113  Standard         64800       0  tuan@mail.invalid  Lê Anh Tuấn
HB-2478 seaside    15   4  5    Flexible        104000       0  klaus.h            Klaus Hörmann
HB-2479 downtown   20   2  209  Standard         45600       0  rania.h            رانيا حداد
HB-2482 downtown  -63   4  307  Standard         99200       0  vera.n             Věra Nováková
HB-2483 seaside   -47   3  2    Flexible         78600       0  owen.price         Owen Price
HB-2484 downtown  -38   5  211  Standard        121500       0  ilse.d             Ilse Dahlqvist
HB-2485 seaside    30   4  7    Flexible        112000       0  marguerite.o       Marguerite O'Shea
HB-2486 downtown   26   3  108  Standard         70200       0  desta.b            Desta Bekele
HB-2487 downtown   33   2  115  Flexible         52000       0  igor.m             Игорь Мельник
HB-2488 seaside    41   3  9    Standard         88200       0  noor.dv            Noor de Vries
HB-2489 downtown   51   5  306  Standard        118500       0  lucia.ferrante     Lucia Ferrante
HB-2490 seaside    22   3  5    Flexible         87600       0  tove.lindqvist     Tove Lindqvist
HB-2481 downtown   96   4  304  Flexible        141000       0  beatriz.loureiro   Beatriz Loureiro
"""

STORIES = {
    "deposit_and_balance": "HB-2430",
    "decline_retry_success": "HB-2406",
    "declined": "HB-2450",
    "hold": "HB-2431",
    "hold_partial_capture": "HB-2417",
    "hold_canceled": "HB-2427",
    "two_partial_refunds": "HB-2401",
    "full_refund": "HB-2461",
    "refund_under_way": "HB-2415",
    "damage_charge": "HB-2409",
    "extra_charge": "HB-2420",
    "sepa_debit": "HB-2458",
    "sepa_debit_under_way": "HB-2455",
    "dashboard_payment": "HB-2441",
    "dispute_won": "HB-2392",
    "dispute_lost": "HB-2395",
    "dispute_due_tomorrow": "HB-2411",
    "dispute_inquiry_closed": "HB-2404",
    "dispute_inquiry_to_appeal_won": "HB-2388",
    "dispute_in_another_currency": "HB-2413",
    "two_disputes_on_one_charge": "HB-2398",
    "fraud_warning_before_arrival": "HB-2453",
    "fraud_warning_refunded_then_disputed": "HB-2467",
    "review_approved": "HB-2446",
    "review_refunded_as_fraud": "HB-2472",
    "review_open": "HB-2448",
    "account_onboarded": "HB-2481",
    "person_left": "HB-2481",
    "bank_account_changed": "HB-2481",
    "card_on_file": "HB-2443",
    "card_behind_a_hold_replaced": "HB-2434",
    "card_detached": "HB-2452",
    "customer_deleted": "HB-2425",
    "setup_failed": "HB-2440",
    "setup_canceled": "HB-2470",
    "invoice_paid": "HB-2481",
    "invoice_voided": "HB-2464",
    "invoice_uncollectible_then_paid": "HB-2425",
    "invoice_open": "HB-2481",
    "subscription": "HB-2481",
    "schedule_expiring": "HB-2481",
    "transfer_reversed": "HB-2464",
    "transfer_reversed_in_part": "HB-2470",
    "application_fee_refunded": "HB-2452",
    "captures_in_parts": "HB-2474",
    "capture_beyond_the_hold": "HB-2475",
    "released_and_refunded_alike": "HB-2476",
    "charge_alone": "HB-2477",
    "bank_transfer_given_up": "HB-2478",
    "bank_transfer_used_after_all": "HB-2479",
    "bank_transfer_nobody_asked_for": "HB-2489",
    "debit_bounces": "HB-2486",
    "dispute_won_in_part": "HB-2482",
    "dispute_adjusted_and_lost": "HB-2483",
    "dispute_lost_and_paid_again": "HB-2484",
    "paid_twice": "HB-2490",
    "paid_in_another_currency": "HB-2485",
    "another_hotels_booking_named": "HB-2488",
    "stripe_contradicts_itself": "HB-2487",
}

HOUSE = House(
    slug="harbour",
    name="Harbour Hotels",
    currency="eur",
    timezone="Europe/Lisbon",
    architecture="centralized",
    account="acct_1HarbourHotels00",
    customer="cus_1PlatformHarb0",
    properties={"downtown": ("Harbour Downtown", None), "seaside": ("Harbour Seaside", None)},
    bookings=read(BOOKINGS),
    stories=STORIES,
)
