"""The economy: no things that measure, only the indicators that agencies report."""

from django.utils.translation import pgettext_lazy

from halong.core.sector import Sector

SECTOR = Sector(key="economy", name=pgettext_lazy("sector", "Economy"), order=100, icon="growth")
