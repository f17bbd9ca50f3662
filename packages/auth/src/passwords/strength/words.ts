/** What passwords are most often made of, the most frequent first. */
const WORDS = `password qwerty dragon baseball football monkey letmein shadow master michael superman batman trustno
hunter soccer hockey killer george andrew charlie jordan robert daniel thomas jessica pepper ginger summer winter spring
autumn sunshine princess welcome login admin administrator root user guest test hello secret access computer internet
google facebook apple orange banana cookie cheese chocolate flower freedom forever family friend friends money mother
father baby angel love iloveyou loveme lovely sexy cool star starwars matrix pokemon naruto phoenix falcon eagle tiger
lion bear wolf horse purple yellow silver golden diamond crystal rainbow thunder storm matthew joshua jennifer michelle
nicole amanda ashley samantha anthony william richard joseph david james john alex alexander maria anna laura london
paris berlin america liverpool arsenal chelsea barcelona ranger rangers yankees lakers cowboys eagles mustang ferrari
porsche mercedes harley samsung nokia zaq abc asdf pass passwort motdepasse changeme default letme ninja blink bailey
buster tigger maggie cooper merlin scooter snoopy peanut guitar music dance heaven jesus christ monday friday january
june july august october november december company office server system service support manager student school`

const RANKS: ReadonlyMap<string, number> = new Map(WORDS.split(/\s+/).map((word, index) => [word, index + 1]))

/** How early a word is tried, from 1; `undefined` for one that is not here. */
export function rankOf(word: string): number | undefined {
  return RANKS.get(word)
}
