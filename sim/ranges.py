"""Ranges that parameters and columns share: both name them here, so that no value outgrows its column."""

from __future__ import annotations

from sim import draws

MOST_DAYS = draws.MOST_DAYS - 1
LAST_DAY = 32_000  # on which anything may fall due
LAST_LAPSE = LAST_DAY + 500  # on which a need may lapse
LEAST_PEOPLE = 20  # in a market
MOST_PEOPLE = 50_000_000  # a draw has room for more, of which the upper half belong to brands
MOST_PLATFORMS = 1 << 8
MOST_CHOSEN = 8  # platforms among which people choose: a set of 8 bits
MOST_CITY_TIERS = (1 << 8) - 1
MOST_OWN_PAY = 12  # lines of pay of one platform, beside those that all have
MOST_PAY = 16
MOST_LEVELS = 3  # recruiters above a seller who are paid
MOST_BRANDS = 64  # who is whose customer is a set of 64 bits
MOST_GROUPS = 64  # of people whose tastes are alike
MOST_CATEGORIES = 16  # needs are a set of 16 bits
MOST_PER_CATEGORY = 200
MOST_PRODUCTS = MOST_CATEGORIES * MOST_PER_CATEGORY
MOST_FEN = (1 << 31) - 1  # of a price or a wallet
MOST_YUAN = MOST_FEN // 100
REFERENCE_PEOPLE = 10_000  # of the market for which fees and stocks are stated
MOST_INCOME = 30_000_000  # fen a day
MOST_SUM = 1 << 62  # of fen, or of what is counted
MOST_LIST = (1 << 31) - 1  # rows of a list of one day
FARTHEST = 6.77  # standard deviations from the mean of the farthest normal draw: 32 bits have no smaller chance
LARGEST_EXPONENT = 88.0  # whose exponential a float of 32 bits holds
COUNT_UNITS = 8  # Beta counts are kept in eighths, 0 to 31.875
LEAST_CLAIMS = 1 / COUNT_UNITS
FATIGUE_UNITS = 8192.0  # fatigue is kept in units of 1/8192, 0 to 8

MOST_ROWS = {
    "people": MOST_PEOPLE, "creators": MOST_PEOPLE, "products": MOST_PRODUCTS, "categories": MOST_CATEGORIES,
    "brands": MOST_BRANDS, "platforms": MOST_PLATFORMS, "posts": MOST_LIST,
}  # fmt: skip
"""Rows of each table that a column may point to."""
