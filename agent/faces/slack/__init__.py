"""Slack: "Is this true?" asked in a message, a mention, a direct message or a command."""
