"""Every table of the service in one list, for the migrations and the tests."""

from api.accounts.models import AuditEntry, Invitation, SignInFailures, Staff, StaffSession
from api.alerts.models import AlertCursor
from api.appointments.models import Appointment, AppointmentSlot
from api.catalogue.models import CatalogueChange, CatalogueRecord, CatalogueState, CourseEdition
from api.channels.messenger.models import Deletion, Line, PageState, Persona, Thread, Update
from api.console.models import CannedReply, Note, Presence, ReadMark, Tag
from api.conversations.desk import DeskCounter, DeskNews
from api.conversations.forgetting import PendingForgetting
from api.conversations.handoff import OwnerChange
from api.conversations.hours import OpeningHours
from api.conversations.models import Conversation, Event, InboxMessage, Receipt, SentPayload
from api.conversations.understanding import Understanding
from api.insights.models import CountedTalk, TalkHandover, TalkStatistics, TalkSubject
from api.privacy.models import RetentionRun
from api.requests.models import Request
from api.review.models import ReviewItem
from api.signups.models import Signup

ALL_TABLES = (
    AlertCursor,
    Appointment,
    AppointmentSlot,
    AuditEntry,
    CannedReply,
    CatalogueChange,
    CatalogueRecord,
    CatalogueState,
    Conversation,
    CountedTalk,
    CourseEdition,
    Deletion,
    DeskCounter,
    DeskNews,
    Event,
    InboxMessage,
    Invitation,
    Line,
    Note,
    OpeningHours,
    OwnerChange,
    PageState,
    PendingForgetting,
    Persona,
    Presence,
    ReadMark,
    Receipt,
    Request,
    RetentionRun,
    ReviewItem,
    SentPayload,
    SignInFailures,
    Signup,
    Staff,
    StaffSession,
    Tag,
    TalkHandover,
    TalkStatistics,
    TalkSubject,
    Thread,
    Understanding,
    Update,
)
