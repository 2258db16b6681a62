package cli

import "testing"

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"http://localhost:80/x": true, "http://127.0.0.1": true, "http://127.9.9.9:1": true, "https://[::1]:8080/hooks/kyc": true,
		"http://localhost.example.com": false, "http://192.168.0.7": false, "": false, "http://%": false,
	} {
		if got := IsLoopback(url); got != want {
			t.Errorf("IsLoopback(%q) = %v", url, got)
		}
	}
}

func TestIsHTTPS(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"https://in.example.com/hooks/kyc": true, "http://in.example.com": false, "https:///hooks": false, "": false,
	} {
		if got := IsHTTPS(url); got != want {
			t.Errorf("IsHTTPS(%q) = %v", url, got)
		}
	}
}
