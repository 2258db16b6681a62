package doctor

import (
	"os"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
)

var commands = clitest.Commands{Command}

func TestMain(m *testing.M) {
	time.Local = time.UTC // the doctor shows times of this machine's zone
	clitest.Main(m, os.Getenv, commands)
}
