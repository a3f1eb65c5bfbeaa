"""What staffing is worked out from: activities, stages, how many accounts come, and what a person can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

#: The stages in the order in which an account passes through them.
STAGES = ("sales", "onboarding", "success", "renewal")
#: What an activity is done once for: an account or store entering the stage, a lecture it attends there, each account and month.
PER = ("account", "store", "lecture", "month")
DONE = ("one_to_one", "group")
#: Ways of working that are laid side by side.
SCENARIOS = ("one_person", "split", "group", "yours")

Per = Literal["account", "store", "lecture", "month"]
Done = Literal["one_to_one", "group"]


@dataclass(frozen=True)
class Figure:
    """A number and where it is from: measured on `base` cases with a standard deviation of `spread`, or entered (no base)."""

    value: float
    base: int | None = None
    spread: float = 0.0

    @property
    def measured(self) -> bool:
        """Tell whether the number is what the history showed; all others are somebody's estimate."""
        return self.base is not None

    @property
    def error(self) -> float:
        """Return the standard error of a measured mean; 0 where nothing is known of it."""
        return self.spread / self.base**0.5 if self.base else 0.0

    @classmethod
    def from_json(cls, value: Any) -> Figure:
        """Read a figure, or a bare number: that was entered."""
        if not isinstance(value, Mapping):
            return cls(value)
        return cls(value.get("value", 0.0), value.get("base"), value.get("spread", 0.0))


@dataclass(frozen=True)
class Activity:
    """Something done in a stage; without a name it is called what its key is called.

    `minutes` are of one person for each time it is done. `group` is how many accounts (or stores) are served at once when
    it is done in a group; 1 says that it cannot be. It is kept while the activity is done one to one, so that it can be
    worked out what a group would save.
    """

    key: str
    stage: str
    minutes: Figure
    per: Per
    done: Done = "one_to_one"
    group: Figure = Figure(1)
    name: str = ""

    @property
    def at_once(self) -> float:
        """Return how many are served each time."""
        return self.group.value if self.done == "group" else 1.0

    @property
    def can_be_group(self) -> bool:
        """Tell whether it could be done for several at once."""
        return self.group.value > 1

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Activity:
        """Read an activity."""
        return cls(
            key=str(value.get("key", "")),
            stage=value.get("stage", ""),
            minutes=Figure.from_json(value.get("minutes")),
            per=value.get("per", "account"),
            done=value.get("done", "one_to_one"),
            group=Figure.from_json(value.get("group", 1)),
            name=str(value.get("name", "")),
        )


@dataclass(frozen=True)
class Phase:
    """A stage of the plan: how many months an account stays (None: it stays on), who is in it now, and who works in it."""

    stage: str
    months: Figure | None
    accounts: Figure = Figure(0)
    stores: Figure = Figure(0)
    people: Figure = Figure(1)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Phase:
        """Read a stage; one without `months` is one in which accounts stay on."""
        months = value.get("months")
        return cls(
            stage=value.get("stage", ""),
            months=None if months is None else Figure.from_json(months),
            accounts=Figure.from_json(value.get("accounts", 0)),
            stores=Figure.from_json(value.get("stores", 0)),
            people=Figure.from_json(value.get("people", 0)),
        )


@dataclass(frozen=True)
class Queue:
    """How people come to their first lecture: who wants a seat and how many lectures are held, both a month."""

    arrivals: Figure = Figure(20)
    lectures: Figure = Figure(8)
    seats: Figure = Figure(10)
    show_rate: Figure = Figure(0.7)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Queue:
        """Read a queue."""
        return cls(
            **{name: Figure.from_json(figure) for name, figure in value.items() if name in cls.__dataclass_fields__}
        )


#: What is done for an account where the history does not tell yet: round numbers of a small vendor, all to be corrected.
ACTIVITIES = (
    Activity("handing_in", "sales", Figure(60), "account"),
    Activity("kick_off", "onboarding", Figure(60), "account"),
    Activity("basic_lecture", "onboarding", Figure(90), "lecture", "group", Figure(6)),
    Activity("own_lectures", "onboarding", Figure(10), "month"),
    Activity("setup_help", "onboarding", Figure(20), "store", "one_to_one", Figure(5)),
    Activity("onboarding_contacts", "onboarding", Figure(45), "month"),
    Activity("handover", "onboarding", Figure(30), "account"),
    Activity("advanced_lecture", "success", Figure(90), "lecture", "group", Figure(6)),
    Activity("success_contacts", "success", Figure(30), "month"),
    Activity("renewal_talk", "renewal", Figure(90), "account"),
    Activity("renewal_contacts", "renewal", Figure(15), "month"),
)
#: A contract of a year: a month at sales, two of onboarding, nine of success, then renewed again and again.
PHASES = (
    Phase("sales", Figure(1)),
    Phase("onboarding", Figure(2)),
    Phase("success", Figure(9)),
    Phase("renewal", None),
)


@dataclass(frozen=True)
class Plan:
    """Everything staffing is worked out from; a plan on which `check` finds nothing can be worked out.

    `new_accounts` and `new_stores` come in the first month; in each month after it `growth` (a share of them: 0.02 is two
    in a hundred) more. `hours` are those a person really has in a month; `lectures_per_account` is how many lectures an
    account attends in a stage that holds any. `leavers` people of all leave in a year and are replaced at once by someone who is of use after
    `newcomer_months`. In a `pooled` team everybody works in every stage.
    """

    activities: tuple[Activity, ...] = ACTIVITIES
    phases: tuple[Phase, ...] = PHASES
    new_accounts: Figure = Figure(10)
    new_stores: Figure = Figure(30)
    growth: Figure = Figure(0)
    hours: Figure = Figure(120)
    lectures_per_account: Figure = Figure(1)
    leavers: Figure = Figure(0)
    newcomer_months: Figure = Figure(3)
    horizon: int = 12
    pooled: bool = False
    scenarios: tuple[str, ...] = SCENARIOS
    queue: Queue = field(default_factory=Queue)

    @property
    def people(self) -> float:
        """Return how many people there are in all stages."""
        return sum(phase.people.value for phase in self.phases)

    def to_json(self) -> dict[str, Any]:
        """Write the plan as a setting keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Plan:
        """Read a plan; what is missing is as in the plan that nobody touched, what is wrong is left for `check`."""
        told: dict[str, Any] = {name: value[name] for name in ("horizon", "pooled") if name in value}
        told |= {name: Figure.from_json(value[name]) for name in FIGURES if name in value}
        if "activities" in value:
            told["activities"] = tuple(Activity.from_json(one) for one in value["activities"])
        if "phases" in value:
            told["phases"] = tuple(Phase.from_json(one) for one in value["phases"])
        if "scenarios" in value:
            told["scenarios"] = tuple(value["scenarios"])
        if "queue" in value:
            told["queue"] = Queue.from_json(value["queue"])
        return cls(**told)


#: The plan's own single numbers.
FIGURES = ("new_accounts", "new_stores", "growth", "hours", "lectures_per_account", "leavers", "newcomer_months")
