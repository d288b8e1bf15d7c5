package mcp

// CodeName returns what an error code stands for, in JSON-RPC 2.0 or in any
// revision, or "" for one that they leave to implementations.
func CodeName(code int64) string {
	switch code {
	case ParseError:
		return "parse error"
	case InvalidRequest:
		return "invalid request"
	case MethodNotFound:
		return "method not found"
	case InvalidParams:
		return "invalid params"
	case InternalError:
		return "internal error"
	case HeaderMismatch:
		return "header mismatch"
	case MissingCapability:
		return "missing client capability"
	case UnsupportedVersion:
		return "unsupported protocol version"
	case ResourceNotFound:
		return "resource not found"
	case URLElicitationRequired:
		return "URL elicitation required"
	}
	return ""
}
