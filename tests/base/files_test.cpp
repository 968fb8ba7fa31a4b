#include "sim/base/files.h"

#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/errors.h"

using namespace imc;
namespace fs = std::filesystem;

namespace
{

class Files : public ::testing::Test
{
protected:
    fs::path dir = fs::temp_directory_path() / ("imc_files_" + std::to_string(::getpid()));
    Files() { fs::create_directories(dir); }
    ~Files() override { fs::remove_all(dir); }
    std::size_t count() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir), {})); }
};

TEST_F(Files, AreCompleteOrAbsent)
{
    write_file(dir / "a", "one");
    EXPECT_EQ(read_file(dir / "a"), "one");
    {
        AtomicFile unfinished(dir / "a");
        unfinished.write(std::string(3 << 20, 'x'));
    }
    EXPECT_EQ(read_file(dir / "a"), "one");
    EXPECT_EQ(count(), 1u);
}

TEST_F(Files, SayWhatCannotBeReadOrWritten)
{
    EXPECT_THROW(read_file(dir / "missing"), ConfigError);
    EXPECT_THROW(read_file(dir), ConfigError);
    write_file(dir / "a", "four");
    EXPECT_THROW(read_file(dir / "a", 3), ConfigError);
    EXPECT_THROW(write_file(dir / "no" / "such" / "place", "x"), ConfigError);
    EXPECT_THROW(make_directory(dir / "a" / "below"), ConfigError);
}

TEST_F(Files, AFullDiskIsAFailedRun)
{
    if (!fs::exists("/dev/full"))
        GTEST_SKIP() << "no /dev/full on this system";
    // The partial file is what is written to, so it is the one that must be full.
    const fs::path file = dir / "a";
    fs::create_symlink("/dev/full", file.string() + "." + std::to_string(::getpid()) + ".partial");
    EXPECT_THROW(write_file(file, "x"), RunError);
    EXPECT_EQ(count(), 0u);
}

TEST_F(Files, DevicesAndPipesTakeWhatIsWrittenAndStayWhatTheyAre)
{
    const fs::path pipe = dir / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    write_file(pipe, "one");
    char got[4] = {};
    EXPECT_EQ(::read(reader, got, 3), 3);
    EXPECT_STREQ(got, "one");
    ::close(reader);
    EXPECT_TRUE(fs::is_fifo(pipe));
    if (fs::exists("/dev/full")) {
        fs::create_symlink("/dev/full", dir / "full");
        EXPECT_THROW(write_file(dir / "full", "x"), RunError);
        EXPECT_TRUE(fs::is_symlink(dir / "full"));
    }
    EXPECT_EQ(count(), fs::exists("/dev/full") ? 2u : 1u);
}

TEST_F(Files, ALinkStaysOneAndItsTargetIsWritten)
{
    write_file(dir / "a", "one");
    fs::create_symlink("a", dir / "link");
    write_file(dir / "link", "two");
    EXPECT_TRUE(fs::is_symlink(dir / "link"));
    EXPECT_EQ(read_file(dir / "a"), "two");
    EXPECT_EQ(count(), 2u);
}

} // namespace
