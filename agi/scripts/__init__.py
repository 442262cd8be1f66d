"""One file a script; each ends by saying in NEXT where the caller goes."""
