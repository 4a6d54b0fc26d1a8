package exporteddoc_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/ddb/internal/tools/exporteddoc"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), exporteddoc.Analyzer, "shop", "program")
}
