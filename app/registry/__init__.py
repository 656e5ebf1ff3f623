"""Things: towns, fields, yards, plants, machines, and the season they belong to."""
