#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace
{

const std::string script = (fs::path(IMC_SOURCE_DIR) / "scripts" / "fetch_data.sh").string();

/// Fetches from a mirror in a directory of its own.
class FetchData : public ::testing::Test
{
protected:
    TemporaryDirectory dir, mirror;

    void SetUp() override
    {
        fs::create_directories(mirror / "mnist");
        for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                 "t10k-labels-idx1-ubyte"}) {
            imc::write_file(mirror / ("mnist/" + std::string(name)), std::string("content of ") + name);
            shell("gzip -n " + (mirror / ("mnist/" + std::string(name))).string());
        }
        shell("cd " + mirror.path().string() +
              " && for f in mnist/*; do echo mnist $(basename $f) $(md5sum < $f | cut -c1-32); done > sums");
    }
    static std::string shell(const std::string& line) { return run({{"/bin/bash", "-c", line}}).out; }
    Ended fetch(const std::vector<std::string>& words, const std::string& sums = "")
    {
        std::vector<std::string> all = {script, "--into", (dir / "data").string()};
        all.insert(all.end(), words.begin(), words.end());
        std::map<std::string, std::string> environment = {{"IMCSIM_DATA_MIRROR", "file://" + mirror.path().string()}};
        if (!sums.empty())
            environment["IMCSIM_DATA_SUMS"] = sums;
        return run({all, dir.path(), environment});
    }
};

} // namespace

TEST_F(FetchData, TakesFilesWithTheRightCheckSumsAndKeepsThem)
{
    const Ended first = fetch({"mnist"}, mirror / "sums");
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_EQ(imc::read_file(dir / "data/mnist/t10k-labels-idx1-ubyte"), "content of t10k-labels-idx1-ubyte");
    fs::remove_all(mirror / "mnist");
    EXPECT_EQ(fetch({"mnist"}, mirror / "sums").status, 0) << "nothing is left to get";
}

TEST_F(FetchData, RefusesOtherContentAndLeavesNothing)
{
    const Ended ended = fetch({"mnist"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("check sum"));
    EXPECT_THAT(dir.content(), IsEmpty());
}

TEST_F(FetchData, SaysWhatToDoWhereNothingCanBeHad)
{
    const Ended ended = fetch({"cifar10"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("Without a network"));
    EXPECT_THAT(dir.content(), IsEmpty());
}

TEST_F(FetchData, LeavesNothingOfADownloadThatWasCutOffAndCompletesItLater)
{
    // A server that sends half of every file and hangs up; after the first call it sends all.
    imc::write_file(dir / "server.py", R"(
import http.server, os, sys
root, port, whole = sys.argv[1:]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(root + self.path, "rb") as file:
            data = file.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data if os.path.exists(whole) else data[:len(data) // 2])
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(port + ".part", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(port + ".part", port)
server.serve_forever()
)");
    imc::write_file(dir / "calls.sh", R"(
python3 server.py "$1" port whole & server=$!
for i in $(seq 200); do [[ -e port ]] && break; sleep 0.05; done
export IMCSIM_DATA_MIRROR=http://127.0.0.1:$(cat port) IMCSIM_DATA_SUMS=$1/sums no_proxy=127.0.0.1
"$2" --into data mnist; echo "first $?"; ls -R data 2> /dev/null
touch whole
"$2" --into data mnist; echo "second $?"
kill $server
)");
    const Ended ended = run({{"/bin/bash", "calls.sh", mirror.path().string(), script}, dir.path(), {}});
    EXPECT_EQ(ended.out, "first 1\nsecond 0\n") << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("could not be had"));
    EXPECT_EQ(imc::read_file(dir / "data/mnist/train-images-idx3-ubyte"), "content of train-images-idx3-ubyte");
}

TEST_F(FetchData, CleansUpWhenItIsStopped)
{
    // A pipe that nobody writes to keeps the download waiting.
    shell("cd " + (mirror / "mnist").string() +
          " && mv train-images-idx3-ubyte.gz kept && mkfifo train-images-idx3-ubyte.gz");
    fs::create_directories(dir / "tmp");
    const Ended ended = run({{"/usr/bin/timeout", "1", script, "--into", (dir / "data").string(), "mnist"},
                             dir.path(),
                             {{"IMCSIM_DATA_MIRROR", "file://" + mirror.path().string()},
                              {"IMCSIM_DATA_SUMS", mirror / "sums"},
                              {"TMPDIR", dir / "tmp"}}});
    EXPECT_EQ(ended.status, 124) << ended.err;
    EXPECT_THAT(dir.content(), ElementsAre("tmp"));
    shell("cd " + (mirror / "mnist").string() + " && mv -f kept train-images-idx3-ubyte.gz");
    EXPECT_EQ(fetch({"mnist"}, mirror / "sums").status, 0);
}

TEST_F(FetchData, RefusesUnknownSets)
{
    EXPECT_EQ(fetch({"imagenet"}).status, 2);
    EXPECT_EQ(fetch({}).status, 2);
}
