"""Agents as rows of columns, behind Mesa's own `Agent`, `AgentSet` and `Model`.

A million objects take half a gigabyte, and a tenth of a second to sum one attribute; a column of a million takes
eight megabytes and a fraction of a millisecond. A `Population` is a Mesa `AgentSet` that holds row numbers; a
`RowAgent` is a Mesa `Agent` made when somebody asks for one row; a `ColumnarModel` is a Mesa `Model` that shows rows
and ordinary agents together, so that ``model.agents``, ``model.agents_by_type`` and Mesa's `DataCollector` work as
Mesa documents them.
"""

from sim.columns.model import ColumnarModel
from sim.columns.population import Population, RowAgent
from sim.columns.sets import AgentUnion

__all__ = ["AgentUnion", "ColumnarModel", "Population", "RowAgent"]
