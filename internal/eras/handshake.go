package eras

import (
	"bytes"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// nobody is who a server is that does not say so: only legacy servers must.
var nobody = []byte(`{"name":"recorded server","version":"0"}`)

// Discover makes of the result of initialize that of server/discover: the
// given versions, the capabilities that both eras have, the instructions, and
// the server's identity in _meta. It is stale at once and private, for nothing
// is known about it (2026-07-28 server/discover, "Response"). What is no
// result of initialize, and an empty list of versions, is an error.
func Discover(initialize []byte, versions []string) ([]byte, error) {
	o, ok := read(initialize)
	switch {
	case !ok:
		return nil, untranslatable(recordModern, "a result of initialize that is no object")
	case len(versions) == 0:
		return nil, untranslatable("name the versions that are served", "a server without versions")
	}
	serverInfo := o.get("serverInfo")
	o.drop("protocolVersion", "serverInfo")
	o.set("resultType", jsonrpc.Text(mcp.Complete))
	var list [][]byte
	for _, v := range versions {
		list = append(list, jsonrpc.Text(v))
	}
	o.set("supportedVersions", append(append([]byte{'['}, bytes.Join(list, []byte{','})...), ']'))
	o.set("capabilities", ModernCapabilities(o.get("capabilities")))
	stale(o)
	if isObject(serverInfo) {
		identify(o, serverInfo)
	}
	return o.spell(), nil
}

// Initialize makes of the result of server/discover that of initialize, for a
// client that settled on that legacy version. A server that did not say who it
// is becomes "recorded server". What is no result of server/discover, and a
// version without a handshake, is an error.
func Initialize(discover []byte, version string) ([]byte, error) {
	o, ok := read(discover)
	switch {
	case !ok:
		return nil, untranslatable(recordLegacy, "a result of server/discover that is no object")
	case !mcp.IsLegacy(version):
		return nil, notLegacy(version)
	}
	serverInfo := meta(discover, mcp.MetaServerInfo)
	if !isObject(serverInfo) {
		serverInfo = nobody
	}
	withoutMeta(o, mcp.MetaServerInfo)
	o.drop("resultType", "supportedVersions", "ttlMs", "cacheScope")
	o.set("protocolVersion", jsonrpc.Text(version))
	o.set("capabilities", LegacyCapabilities(o.get("capabilities"), version))
	o.set("serverInfo", serverInfo)
	return o.spell(), nil
}

// notLegacy is the error of a translation into a revision that has no
// handshake.
func notLegacy(version string) error {
	return untranslatable("ask for "+mcp.V20251125+" or earlier", "%q is no version with an initialize handshake", version)
}
