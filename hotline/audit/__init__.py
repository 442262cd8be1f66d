"""The audit trail: who did what to what, when and why; append-only and chained."""

from hotline.audit.trail import AuditRow, AuditSeal, note

__all__ = ["AuditRow", "AuditSeal", "note"]
