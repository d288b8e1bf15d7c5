package cassettes

import "bytes"

// The names of secrets, in lower case and without - and _. A name matches as
// a whole: progressToken, maxTokens and nextCursor are no secrets.

// secretName reports whether a member of that name holds a secret.
func secretName(name []byte) bool {
	if secretVariable(name) {
		return true
	}
	var buf [24]byte
	n, ok := fold(buf[:], name)
	if !ok || n < 3 {
		return false
	}
	switch string(buf[:n]) {
	case "password", "passwd", "passphrase", "passcode", "userpassword", "dbpassword", "oldpassword", "newpassword",
		"secret", "clientsecret", "appsecret", "sharedsecret", "webhooksecret", "secretkey", "secretaccesskey",
		"awssecretaccesskey", "signingkey", "signingsecret", "encryptionkey", "privatekey", "sshkey",
		"apikey", "xapikey", "apitoken", "apisecret", "accesskey", "accesskeyid", "awsaccesskeyid",
		"token", "accesstoken", "refreshtoken", "idtoken", "authtoken", "bearertoken", "sessiontoken",
		"awssessiontoken", "securitytoken", "oauthtoken", "xauthtoken", "csrftoken", "xsrftoken", "jwt",
		"authorization", "proxyauthorization", "credential", "credentials", "cookie", "setcookie",
		"clientassertion", "codeverifier":
		return true
	}
	return false
}

// secretVariable reports whether the name is that of an environment variable
// that holds a secret, such as OPENAI_API_KEY. MAX_TOKENS is none.
func secretVariable(name []byte) bool {
	line := bytes.IndexByte(name, '_')
	if line < 0 || name[len(name)-1] < 'D' || name[len(name)-1] > 'Y' {
		return false // the quick way out
	}
	for _, c := range name {
		if c != '_' && !isDigit(c) && (c < 'A' || c > 'Z') {
			return false
		}
	}
	for _, suffix := range [...]string{"_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_ACCESS_KEY"} {
		if bytes.HasSuffix(name, []byte(suffix)) {
			return true
		}
	}
	return false
}

// secretParam reports whether a query parameter of that name holds a secret.
func secretParam(name []byte) bool {
	var buf [24]byte
	n, ok := fold(buf[:], name)
	if !ok {
		return false
	}
	switch string(buf[:n]) {
	case "key", "sig", "signature", "code", "auth", "pwd", "pass", "assertion", "jwt", "hmac",
		"xamzsignature", "xamzcredential", "xamzsecuritytoken", "xgoogsignature", "xgoogcredential":
		return true
	}
	return secretName(name)
}

// fold writes the name into buf, in lower case and without - and _, and
// reports whether it fits.
func fold(buf, name []byte) (n int, ok bool) {
	for _, c := range name {
		if c == '-' || c == '_' {
			continue
		}
		if n == len(buf) {
			return n, false
		}
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[n] = c
		n++
	}
	return n, true
}

// normal is fold for a name of any length.
func normal(name string) string {
	buf := make([]byte, len(name))
	n, _ := fold(buf, []byte(name))
	return string(buf[:n])
}

// isSchema reports whether the member is a JSON Schema, in which nothing is
// touched: a property named token is no token.
func isSchema(name []byte) bool {
	switch string(name) {
	case "inputSchema", "outputSchema", "requestedSchema":
		return true
	}
	return false
}
