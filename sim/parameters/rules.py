"""Which functions are the behavioural rules."""

from __future__ import annotations

from pydantic import model_validator

from sim.parameters.groups import Group, par

MOST_NUMBERS = 8  # that a rule of one's own can be given


class Rules(Group):
    """Behavioural rules, each the dotted name of a function; a researcher's own takes the place of one."""

    belief: str = "sim.rules.belief.expected_worth"
    utility: str = "sim.rules.choice.utility"
    shock: str = "sim.rules.choice.shock"
    trust: str = "sim.rules.trust.trust"
    open_probability: str = "sim.rules.attention.open_probability"
    fatigue: str = "sim.rules.attention.fatigue_after"
    share_probability: str = "sim.rules.sharing.share_probability"
    returned: str = "sim.rules.experience.is_returned"
    claim: str = "sim.rules.content.claim"
    post_rate: str = "sim.rules.content.post_rate"
    numbers: tuple[float, ...] = par(
        (), "numbers for rules of one's own, which read them as p.numbers[0] and so on; the model's ignore them", "", ""
    )

    @model_validator(mode="after")
    def _not_too_many(self) -> Rules:
        if len(self.numbers) > MOST_NUMBERS:
            raise ValueError(f"rules.numbers: {len(self.numbers)} given, expected at most {MOST_NUMBERS}")
        return self

    @property
    def named(self) -> dict[str, str]:
        """Dotted name of the function for each rule."""
        return {name: value for name, value in self if name != "numbers"}
