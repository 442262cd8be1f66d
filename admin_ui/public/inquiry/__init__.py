"""The read API for programs, in the shape of Open311 Inquiry v1: services, facilities, frequently asked questions."""
