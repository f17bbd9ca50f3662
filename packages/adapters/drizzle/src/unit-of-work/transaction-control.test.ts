import { expect, test } from 'vitest'
import { refusalOf } from './transaction-control.js'

test.each([
  'select 1; commit',
  'select 1;\n-- now\nROLLBACK;',
  'create table a (); end; create table b ()',
  'insert into notes values ($$;$$); begin',
  '/* a /* b */ c */ abort',
  '-- one\rcommit',
  'start /* a */ transaction',
  'with a as (select 1) select 1; prepare transaction $$later$$;',
  'create function two() returns int begin atomic select 1; end; commit',
  "select $é$ ' $é$; commit; select '1'",
])('%s would begin or end a transaction', (statement) => {
  expect(refusalOf(statement)).toMatchObject({ code: 'UNSUPPORTED' })
})

test.each([
  `select ';commit', e'\\';commit', $$;commit$$, $a$ $$;commit $a$ as ";commit"; /* ;commit */ select 1;`,
  '/* a /* b */ commit */ select 1; -- ;commit',
  'do $$ begin perform 1; end $$; select case when true then 1 end',
  'create function two() returns int begin atomic select 1; select case when true then 2 end; end; select 1',
  'create rule kept as on delete to notes do instead (insert into gone values (1); notify gone)',
  'savepoint mine; rollback to mine; rollback /* all */ work to savepoint mine; release mine',
  'prepare transaction (int) as select $1; deallocate transaction',
  'set transaction read only',
  'select $é$;commit;$é$',
  'alter table ends rename to "commit"',
])('%s would not', (statement) => {
  expect(refusalOf(statement)).toBeUndefined()
})
