-- Which scopes have news since a device was told: one look instead of one for each of its jobs.
CREATE INDEX record_scope_by_commit ON record_scope (position, scope);
