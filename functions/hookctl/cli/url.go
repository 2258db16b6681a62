package cli

import (
	"net"
	"net/url"
	"strconv"
)

// IsPort reports whether text is empty or the number of a port.
func IsPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil
}

// IsHTTPS reports whether text is an https URL with a host.
func IsHTTPS(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// IsLoopback reports whether the URL names this machine, by localhost or a loopback
// address. Other names are not resolved: they could lead elsewhere at the next look-up.
func IsLoopback(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
