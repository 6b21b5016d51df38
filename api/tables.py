"""Every table of the service in one list, for the migrations and the tests."""

from api.appointments.models import Appointment, AppointmentSlot
from api.catalogue.models import CatalogueRecord, CatalogueState, CourseEdition
from api.conversations.forgetting import PendingForgetting
from api.conversations.models import Conversation, Event, InboxMessage, Receipt, SentPayload
from api.requests.models import Request
from api.signups.models import Signup

ALL_TABLES = (
    Appointment,
    AppointmentSlot,
    CatalogueRecord,
    CatalogueState,
    Conversation,
    CourseEdition,
    Event,
    InboxMessage,
    PendingForgetting,
    Receipt,
    Request,
    SentPayload,
    Signup,
)
