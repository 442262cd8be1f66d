"""The one guarded way to the telephone exchange's manager interface: actions out, events in."""
