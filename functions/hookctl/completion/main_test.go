package completion

import (
	"os"
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
)

var commands = clitest.Commands{Command}

func TestMain(m *testing.M) { clitest.Main(m, os.Getenv, commands) }
