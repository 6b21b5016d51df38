"""Messenger: pupils write to the page of a school, Meta hands it over by a webhook, answers go out through Graph."""
