alter table orders add return_asked boolean not null default false;
