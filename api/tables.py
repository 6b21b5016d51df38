"""Every table of the service in one list, for the migrations and the tests."""

from api.catalogue.models import CatalogueRecord, CatalogueState, CourseEdition
from api.conversations.forgetting import PendingForgetting
from api.conversations.models import Conversation, Event, InboxMessage, Receipt, SentPayload

ALL_TABLES = (
    CatalogueRecord,
    CatalogueState,
    Conversation,
    CourseEdition,
    Event,
    InboxMessage,
    PendingForgetting,
    Receipt,
    SentPayload,
)
