"""Every parameter of the model: its type, unit, allowed range and source, declared once, a file for each group.

A parameter that rests on no source says ``assumption`` and has a plausible range, over which studies sweep it.
`Parameters` is frozen and validated; the configuration, the parameter register in the documentation and the scalars
that compiled rules read are all made from these declarations.
"""

from sim.parameters.attention import Attention, Remembering
from sim.parameters.brands import Brands
from sim.parameters.creators import Creators
from sim.parameters.deciding import Belief, Choice, Experience, Leakage, Sharing, Trust
from sim.parameters.everything import Parameters
from sim.parameters.goods import CATEGORIES, Catalogue, Category
from sim.parameters.graph import Graph
from sim.parameters.groups import ASSUMPTION, CALIBRATED, FilePath, Group, Name, par
from sim.parameters.market import Market
from sim.parameters.membership import Membership
from sim.parameters.numbers import BEHAVIOUR, LEAST_VARIANCE, numbers_of, scalars
from sim.parameters.pay import Pay
from sim.parameters.people import Need, People
from sim.parameters.platform import Deal, Feed, Platform
from sim.parameters.rules import MOST_NUMBERS, Rules
from sim.ranges import MOST_PEOPLE, MOST_YUAN

__all__ = [
    "ASSUMPTION",
    "BEHAVIOUR",
    "CALIBRATED",
    "CATEGORIES",
    "LEAST_VARIANCE",
    "MOST_NUMBERS",
    "MOST_PEOPLE",
    "MOST_YUAN",
    "Attention",
    "Belief",
    "Brands",
    "Catalogue",
    "Category",
    "Choice",
    "Creators",
    "Deal",
    "Experience",
    "Feed",
    "FilePath",
    "Graph",
    "Group",
    "Leakage",
    "Market",
    "Membership",
    "Name",
    "Need",
    "Parameters",
    "Pay",
    "People",
    "Platform",
    "Remembering",
    "Rules",
    "Sharing",
    "Trust",
    "numbers_of",
    "par",
    "scalars",
]
