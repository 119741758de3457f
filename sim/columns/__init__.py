"""Agents as rows of columns, met as Mesa's agents are.

A million objects take half a gigabyte, and a tenth of a second to sum one attribute; a column of a million takes
eight megabytes and a fraction of a millisecond. A `Population` stands in the place of Mesa's `AgentSet`, and holds row
numbers; a `RowAgent` is a Mesa `Agent` made when somebody asks for one row; a `ColumnarModel` is a Mesa `Model` that
shows rows and ordinary agents together, to its users and to Mesa's `DataCollector`.
"""

from sim.columns.model import ColumnarModel
from sim.columns.population import Population
from sim.columns.row_agent import RowAgent

__all__ = ["ColumnarModel", "Population", "RowAgent"]
