package rundrop_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/ddb/internal/tools/rundrop"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), rundrop.Analyzer, "shop")
}
