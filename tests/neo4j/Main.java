import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Map;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/**
 * A Neo4j server for tests: {@code Main HOME}, with its settings in {@code HOME/neo4j.conf}.
 *
 * <p>The first line of its input is the password of the user neo4j. When it is ready it prints one line, {@code READY
 * boltPort httpPort}. It stops when its input ends, so it never outlives whoever started it.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in));
        var password = input.readLine();
        var home = Path.of(args[0]);
        var service = new DatabaseManagementServiceBuilder(home)
                .loadPropertiesFromFile(home.resolve("neo4j.conf"))
                .build();
        service.database("system")
                .executeTransactionally(
                        "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", Map.of("password", password));
        System.out.printf("READY %d %d%n", port(service, ConnectorType.BOLT), port(service, ConnectorType.HTTP));
        while (input.readLine() != null) {}
        service.shutdown();
        System.exit(0);
    }

    private static int port(DatabaseManagementService service, ConnectorType type) {
        return ((GraphDatabaseAPI) service.database("neo4j"))
                .getDependencyResolver()
                .resolveDependency(ConnectorPortRegister.class)
                .getLocalAddress(type)
                .getPort();
    }
}
