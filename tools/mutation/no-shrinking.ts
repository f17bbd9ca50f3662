import { configureGlobal } from 'fast-check'

// That a property fails is enough; the smallest example is for people.
configureGlobal({ endOnFailure: true })
