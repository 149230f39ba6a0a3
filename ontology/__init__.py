"""The model as data: `incident.ttl`, what is read from it, and the two values that cross the walls."""
