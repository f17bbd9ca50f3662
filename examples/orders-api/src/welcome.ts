/** What the start prints: where the service answers, and three lines to paste in this order. */
export function welcome(url: string, gatewayUrl: string): string {
  const json = "-H 'content-type: application/json'"
  const item = '{"name":"Blue mug","price":1290,"stock":100}'
  const order =
    '{"customer":"ada","address":"12 St James Square, London","lines":[{"sku":"MUG-BLUE","quantity":2}]}'
  return `orders-api answers at ${url}. Make an item, order two of it, and read the order:

curl -X PUT ${url}/items/MUG-BLUE ${json} -d '${item}'
curl ${url}/orders ${json} -d '${order}'
curl '${url}/orders?customer=ada&limit=1'

Confirming an order takes its payment at ${gatewayUrl}; PUT {"mode":"fail"} to ${gatewayUrl}/control breaks it.
`
}
