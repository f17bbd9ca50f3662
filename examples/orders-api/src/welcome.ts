import { KNOWN_PASSWORD } from './accounts/demo-accounts.ts'
import type { Service } from './service.ts'

/**
 * What the start prints: where the service answers, and three lines to paste in this order.
 *
 * @param isPasswordSet whether the demo users have a password that is not known to all: it is not printed then.
 */
export function welcome(
  { url, gatewayUrl }: Pick<Service, 'url' | 'gatewayUrl'>,
  isPasswordSet = false,
): string {
  const json = "-H 'content-type: application/json'"
  const item = '{"name":"Blue mug","price":1290,"stock":100}'
  const password = isPasswordSet ? 'DEMO_PASSWORD' : KNOWN_PASSWORD
  const as = (username: string) => {
    const signIn = `curl -s ${url}/auth/sign-in ${json} -d '{"username":"${username}","password":"${password}"}'`
    return `-H "authorization: Bearer $(${signIn} | cut -d '"' -f 4)"`
  }
  const order = '{"address":"12 St James Square, London","lines":[{"sku":"MUG-BLUE","quantity":2}]}'
  return `orders-api answers at ${url}. Make an item as charles, who is an admin; order two of it as ada, a customer, and read the order:

curl -X PUT ${url}/items/MUG-BLUE ${as('charles')} ${json} -d '${item}'
curl ${url}/orders ${as('ada')} ${json} -d '${order}'
curl '${url}/orders?customer=ada&limit=1' ${as('ada')}

Confirming an order takes its payment at ${gatewayUrl}; PUT {"mode":"fail"} to ${gatewayUrl}/control breaks it.
`
}
