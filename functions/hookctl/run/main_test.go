package run

import (
	"os"
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/send"
)

var commands = clitest.Commands{Command, send.Command}

func TestMain(m *testing.M) { clitest.Main(m, os.Getenv, commands) }
