import { Waiter, type WaitingRoom } from '../bulkhead/waiter.js'

/** Where turns are decided. */
export interface TurnRoom extends WaitingRoom {
  /** Whether it is about to be decided whose turn it is: then that decides about this wait, too. */
  defers(turn: Turn): boolean
}

/** A call that waits for its turn. One that comes at the very end of the wait is in time, whichever timer is first. */
export class Turn extends Waiter<TurnRoom> {
  /** Whether it has neither had its turn nor gone. */
  get waits(): boolean {
    return this.index >= 0
  }

  override expire(): void {
    if (!this.room.defers(this)) super.expire()
  }

  /** The wait is over, and it was not its turn. */
  giveUp(): void {
    super.expire()
  }
}
