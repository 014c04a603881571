// A real OpenID provider for tests: accounts in memory, and a log-in page that does what its query says.
// Prints its address on one line when it listens. Arguments: the client's callback address, seconds to shift the clock.
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const [callback, shift = '0'] = process.argv.slice(2)
if (Number(shift)) {
  const real = Date.now
  Date.now = () => real() + Number(shift) * 1000
}

const client = (id, more = {}) => ({
  client_id: id, client_secret: 'secret-of-' + id, redirect_uris: [callback.replace('CLIENT', id)], ...more,
})
const configuration = (issuer) => ({
  // The codes of `hurried` are good for a second.
  clients: [
    client('samspil'), client('other'), client('hurried'),
    client('signed-otherwise', { id_token_signed_response_alg: 'HS256' }),
  ],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, cpr: '0101010000' }) }),
  acrValues: ['low', 'substantial'],
  claims: { openid: ['sub', 'cpr'], acr: null, amr: null },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ['only-for-tests'] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'HS256'] },
  features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
  interactions: { url: (ctx, interaction) => `${issuer}/interaction/${interaction.uid}` },
  ttl: {
    AccessToken: 60, Grant: 60, IdToken: 60, Interaction: 7200, Session: 7200,
    AuthorizationCode: (ctx, code, client) => (client.clientId === 'hurried' ? 1 : 60),
  },
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope('openid')
    await grant.save()
    return grant
  },
})

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, configuration(issuer))
  const serve = provider.callback()
  server.on('request', async (request, response) => {
    const url = new URL(request.url, issuer)
    if (!url.pathname.startsWith('/interaction/')) return serve(request, response)
    // ?as=mette&acr=substantial logs in; ?error=access_denied is somebody who presses "cancel".
    const { as, acr, error } = Object.fromEntries(url.searchParams)
    const result = error ? { error, error_description: 'stopped' } : { login: { accountId: as, acr, amr: ['pwd'] } }
    try {
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
    } catch (fault) {
      response.writeHead(500).end(String(fault))
    }
  })
  console.log(issuer)
})
