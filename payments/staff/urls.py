"""The addresses of payments' own pages. They stand among the booking pages."""

from payments.staff import addresses

urlpatterns = addresses.patterns()
