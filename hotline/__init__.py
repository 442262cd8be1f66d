"""The ground of the house: settings, database, people, calendar, audit, the exchange, the voice."""
