"""The pages: what operators, liaisons, leaders, supervisors and the office see and do in a browser."""
