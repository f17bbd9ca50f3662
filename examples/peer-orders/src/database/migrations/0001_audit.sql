create table audit_head (
  sequence bigint not null,
  hash text not null
);
--> statement-breakpoint
insert into audit_head values (0, '');
--> statement-breakpoint
create table audit_entries (
  sequence bigint primary key,
  action text not null,
  actor text,
  target text,
  entry text not null,
  previous text not null,
  hash text not null
);
--> statement-breakpoint
create index audit_entries_actor on audit_entries (actor, sequence);
--> statement-breakpoint
create index audit_entries_target on audit_entries (target, sequence);
