/** Whether there is such a day, written as 2026-02-28: the platform takes 30 February for 2 March. */
export function isCalendarDay(day: string): boolean {
  const date = new Date(day)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}
