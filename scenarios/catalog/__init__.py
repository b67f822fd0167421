"""The node catalogue: steps, departments, options and default delays of construction projects in China.

The data stand in editable YAML files beside this module. All durations and delays in them are
expert-judgement defaults; each step names the law or document behind it.
"""

from scenarios.catalog.load import departments, factor_defaults, options, template, templates
from scenarios.catalog.model import (
    WORKDAY_RATIO,
    Department,
    Edits,
    FactorDefault,
    FactorDefaults,
    LegalFloor,
    Link,
    Option,
    Rework,
    Step,
    Template,
)

__all__ = [
    "WORKDAY_RATIO",
    "Department",
    "Edits",
    "FactorDefault",
    "FactorDefaults",
    "LegalFloor",
    "Link",
    "Option",
    "Rework",
    "Step",
    "Template",
    "departments",
    "factor_defaults",
    "options",
    "template",
    "templates",
]
