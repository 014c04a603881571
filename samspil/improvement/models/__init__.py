"""The records of this room, by subject."""

from samspil.improvement.models.figures import (
    CategoryCount,
    CostlyPatient,
    Coverage,
    FiguresPublication,
    IndicatorPublication,
    IndicatorResult,
    Level,
    LostPatient,
    Network,
    NetworkPractice,
    PatientState,
    ReleasedTable,
)
from samspil.improvement.models.together import (
    ChangeTest,
    DiscussionNote,
    GateAnswer,
    NetworkMeeting,
    Participation,
    ProposedFunction,
)
from samspil.improvement.models.work import (
    JournalAnswer,
    JournalReview,
    NeedAssessment,
    OutreachAttempt,
    PatientFlag,
)

__all__ = [
    "CategoryCount",
    "ChangeTest",
    "CostlyPatient",
    "Coverage",
    "DiscussionNote",
    "FiguresPublication",
    "GateAnswer",
    "IndicatorPublication",
    "IndicatorResult",
    "JournalAnswer",
    "JournalReview",
    "Level",
    "LostPatient",
    "NeedAssessment",
    "Network",
    "NetworkMeeting",
    "NetworkPractice",
    "OutreachAttempt",
    "Participation",
    "PatientFlag",
    "PatientState",
    "ProposedFunction",
    "ReleasedTable",
]
