package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An e-mail with a photo of 4 MB goes through hookctl run, and commands find and show its
// body, which no queue and no record has room for.
func TestLargeOnRun(t *testing.T) {
	t.Parallel()
	l := startLocal(t)
	photo := make([]byte, 4<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(photo) // it never fails
	content := base64.StdEncoding.EncodeToString(photo)
	body := fmt.Sprintf(`{"id":"evt_photo","type":"text.incoming.sms","timestamp":%d,"data":{"from":"+15005550001","to":"+15005550002","body":"see","photo":%q}}`, time.Now().Unix(), content)
	file := filepath.Join(l.clone, "mail.json")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := l.do("send", "--provider", "contiguity", "--file", file, "--to", l.url); err != nil || !strings.Contains(out, "200") {
		t.Errorf("send: %v\n%s", err, out)
	}
	l.until("it is handled", func() bool {
		_, _ = l.do("upkeep") // which sends what ingest spilled if the machine is slow
		out, _ := l.do("events", "show", "contiguity", "evt_photo")
		return strings.Contains(out, "completed")
	})
	for _, args := range []string{"events show contiguity evt_photo --payload", "events export --bodies"} {
		if out, err := l.do(strings.Fields(args)...); err != nil || !strings.Contains(out, content) {
			t.Errorf("%s: %v, and %d bytes without the photo", args, err, len(out))
		}
	}
	l.wants("events pull contiguity evt_photo --yes --to "+l.url, `is there already \(completed\)`, "1 event sent to")
	l.wants("events find --contains "+content[1000:1040], "evt_photo", "1 event matched")
	l.wants("events find --contains nothing-of-it", "No event matches")
}
